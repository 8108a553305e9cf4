"""A participant of a FedLearn federation. `Client(...).run(trainer)`; a trainer has two methods, over a dict of named numpy arrays."""
from .client import Client
from .errors import FederationError, GivenUp, VaultError
from .identity import Identity, enrol
from .policy import Policy
from .training.spec import ClientSettings
from .training.trainer import Context, EvaluationResult, FitResult, Run, Trainer
from .vault import DataVault, KeyFile, Passphrase, RsaPem
from .version import VERSION as __version__

__all__ = [
    "Client", "ClientSettings", "Context", "DataVault", "EvaluationResult", "FederationError", "FitResult", "GivenUp", "Identity", "KeyFile", "Passphrase",
    "Policy", "RsaPem", "Run", "Trainer", "VaultError", "enrol", "__version__"]
