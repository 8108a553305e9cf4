"""Logistic regression of scikit-learn on the patients of one of four hospitals (UCI Heart Disease, as FLamby prepares it)."""
import csv
import pathlib

import numpy as np
from fedlearn import EvaluationResult, FitResult, Trainer
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import log_loss

# Of 14 columns: slope, ca and thal are not used; cp has the levels 1 to 4, restecg 0 to 2, and the first level of each is the one left out.
NUMERIC, LEVELS, LABEL = [0, 1, 3, 4, 5, 7, 8, 9], {2: (2, 3, 4), 6: (1, 2)}, 13


def patients(folder, site, part):
    """Features [patients, 13] and labels of a hospital's training or test patients; those with a missing value are left out."""
    folder = pathlib.Path(folder)
    with open(folder / "flamby-split.csv") as file:
        wanted = {int(row["line_index"]) for row in csv.DictReader(file) if (row["center"], row["set"]) == (site, part)}
    lines = (folder / f"processed.{site}.data").read_text().splitlines()
    rows = [line.split(",") for number, line in enumerate(lines) if number in wanted]
    features = [[float(row[i]) for i in NUMERIC] + [float(float(row[i]) == level) for i, levels in LEVELS.items() for level in levels] for row in rows]
    return np.array(features), np.array([float(row[LABEL]) > 0 for row in rows], dtype=int)


class Hospital(Trainer):
    kind = "heart-logistic"

    def __init__(self, folder, site):
        (x, self.y), (x_test, self.y_test) = patients(folder, site, "train"), patients(folder, site, "test")
        mean, scale = x.mean(0), x.std(0)
        scale[scale == 0] = 1  # each hospital standardises by its own training patients
        self.x, self.x_test = (x - mean) / scale, (x_test - mean) / scale
        self.training_examples = len(self.y)

    def model(self, parameters, learning_rate=0.1, seed=0):
        model = SGDClassifier(loss="log_loss", penalty=None, learning_rate="constant", eta0=learning_rate, random_state=seed)
        model.classes_ = np.array([0, 1])
        model.coef_, model.intercept_ = parameters["coef"].astype(float), parameters["intercept"].astype(float)
        return model

    def fit(self, parameters, context):
        model = self.model(parameters, context.learning_rate, int(context.random().integers(2**31)))
        for _ in range(context.settings.epochs):
            model.partial_fit(self.x, self.y, classes=[0, 1])
        loss = log_loss(self.y, model.predict_proba(self.x), labels=[0, 1])
        return FitResult({"coef": model.coef_, "intercept": model.intercept_}, len(self.y), context.settings.epochs * len(self.y), {"loss": loss})

    def evaluate(self, parameters, context):
        model = self.model(parameters)
        metrics = {"loss": log_loss(self.y_test, model.predict_proba(self.x_test), labels=[0, 1]), "accuracy": model.score(self.x_test, self.y_test)}
        return EvaluationResult(len(self.y_test), metrics)
