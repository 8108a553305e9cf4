"""Works off one item of the board. Whatever goes wrong concerns its round alone: the worker declines that and lives on."""
from __future__ import annotations

import logging
import threading
from typing import Any, Callable, Dict, Tuple

import numpy as np

from ..errors import GivenUp, RefusedError, VaultError
from ..provenance.chain import VersionChain
from ..training.results import check_evaluation, check_fit, clean
from ..training.trainer import Context, Run
from ..transport.caller import Caller
from ..transport.download import Download
from ..transport.faults import CallFailed
from ..transport.roads import Roads
from ..v1 import federation_pb2 as pb
from .admission import Accepted, RunBook
from .board import DOWNLOADING, EVALUATING, TRAINING, UPLOADING, WorkItem
from .carried import Carried
from .delivery import Delivery
from .local import LocalTensors
from .pending import PendingUpdates
from .update import UpdateMaker

log = logging.getLogger("fedlearn")
MOST_REASON = 500


class ModelCache:
    """The version of each run that was downloaded last: a round often evaluates what the next one starts from."""

    def __init__(self, caller: Caller, roads: Roads) -> None:
        self._caller, self._roads = caller, roads
        self._turn, self._last = threading.Lock(), {}  # type: Tuple[threading.Lock, Dict[str, Tuple[bytes, np.ndarray]]]

    def get(self, run: Run, version: int, digest: bytes, should_stop: Callable[[], bool]) -> np.ndarray:
        with self._turn:
            known = self._last.get(run.run_id)
        if known is not None and known[0] == digest:
            return known[1]
        vector = Download(self._caller, self._roads, run.run_id, version, digest, run.manifest, should_stop).run()
        with self._turn:
            self._last[run.run_id] = (digest, vector)
        return vector

    def forget(self, run_id: str) -> None:
        with self._turn:
            self._last.pop(run_id, None)


class LocalWork:
    def __init__(self, runs: RunBook, models: ModelCache, chain: VersionChain, pending: PendingUpdates, maker: UpdateMaker, own: Carried,
                 delivery: Delivery, caller: Caller) -> None:
        self._runs, self._models, self._chain, self._pending, self._maker, self._own = runs, models, chain, pending, maker, own
        self._delivery, self._caller = delivery, caller

    def run(self, item: WorkItem) -> None:
        """Returns when the item is done, given up or declined; GivenUp where the worker stops."""
        stage = "evaluation" if item.key[2] == pb.STAGE_EVALUATE else "training"
        try:
            self._dispatch(item)
        except GivenUp:
            if self._caller.stopping.is_set():
                raise
            log.info("round %d: %s given up: %s", item.key[1], stage, item.reason)
        except Exception as fault:  # The trainer is foreign code and the disk may be full: either concerns this round alone.
            if self._caller.stopping.is_set():
                raise GivenUp from fault
            expected = isinstance(fault, (RefusedError, VaultError, CallFailed, OSError))
            reason = str(fault) if expected else f"{type(fault).__name__}: {fault}"
            log.error("round %d: %s failed, the worker declines this round: %s", item.key[1], stage, reason, exc_info=None if expected else fault)
            self._decline(item, reason)

    def _dispatch(self, item: WorkItem) -> None:
        if item.assignment is None:
            item.activity = UPLOADING
            self._delivery.deliver(item.key[:2], fresh=False)
            return
        run = self._runs.accepted(item.key[0])
        if run is None:
            raise RefusedError("this client did not accept the run")
        (self._evaluate if item.key[2] == pb.STAGE_EVALUATE else self._fit)(item, item.assignment, run)

    def _fit(self, item: WorkItem, fit: Any, accepted: Accepted) -> None:
        key, fresh = (fit.run_id, fit.round), not self._is_kept(fit)
        if fresh:
            self._train(item, fit, accepted)
        item.activity = UPLOADING
        if not self._delivery.deliver(key, fresh):
            self._train(item, fit, accepted)
            item.activity = UPLOADING
            self._delivery.deliver(key, fresh=False)

    def _is_kept(self, fit: Any) -> bool:
        """Whether this assignment was fulfilled before, and only its receipt is missing."""
        try:
            kept = self._pending.open((fit.run_id, fit.round))
        except VaultError as damage:
            log.warning("round %d: the update kept from earlier cannot be read and is dropped: %s", fit.round, damage)
            return False
        if kept is None:
            return False
        with kept:
            return bool(kept.header.base_digest == fit.base_digest)

    def _train(self, item: WorkItem, fit: Any, accepted: Accepted) -> None:
        run, stop = accepted.run, self._stopper(item)
        if run.evaluate_only:  # A round that was open when this client's answer changed.
            raise RefusedError("this client only evaluates")
        item.activity = DOWNLOADING
        self._chain.verify(fit.run_id, fit.base_version, fit.base_digest, fit.manifest, accepted.spec_digest, run.manifest.hash, fit.base_state)
        base = self._models.get(run, fit.base_version, fit.base_digest, stop)
        local = LocalTensors(run)
        start = local.own(base, self._own, fit.round, stop)
        item.activity = TRAINING
        log.info("round %d: training from version %d (run %s)", fit.round, fit.base_version, fit.run_id)
        result = check_fit(accepted.trainer.fit(run.manifest.split(start), Context(run, fit.round, stop)), run)
        if stop():
            raise GivenUp
        trained = run.manifest.join(result.parameters)
        self._maker.keep(fit, run, base, local.shared(trained, base), result, lambda digest: local.keep(trained, self._own, fit.round, digest), stop)

    def _evaluate(self, item: WorkItem, assignment: Any, accepted: Accepted) -> None:
        run, stop = accepted.run, self._stopper(item)
        item.activity = DOWNLOADING
        self._chain.verify(assignment.run_id, assignment.version, assignment.digest, assignment.manifest, accepted.spec_digest, run.manifest.hash, may_be_older=True)
        version = self._models.get(run, assignment.version, assignment.digest, stop)
        # What this round left counts already: its version is published.
        parameters = LocalTensors(run).own(version, self._own, assignment.round + 1, stop)
        item.activity = EVALUATING
        result = check_evaluation(accepted.trainer.evaluate(run.manifest.split(parameters), Context(run, assignment.round, stop)))
        if stop():
            raise GivenUp
        report = pb.ReportEvaluationRequest(
            run_id=assignment.run_id, round=assignment.round, version=assignment.version, num_examples=int(result.num_examples), metrics=clean(result.metrics))
        try:
            self._caller.until_answered(f"reporting the evaluation of round {assignment.round}", lambda _: self._caller.control("ReportEvaluation", report))
        except CallFailed as fault:
            log.warning("round %d: the coordinator refused the evaluation: %s", assignment.round, fault)
            return
        shown = ", ".join(f"{name} {value:.4g}" for name, value in sorted(clean(result.metrics).items()))
        log.info("round %d: evaluated version %d on %d examples: %s", assignment.round, assignment.version, result.num_examples, shown)

    def _decline(self, item: WorkItem, reason: str) -> None:
        answer = pb.AnswerRunRequest(run_id=item.key[0], round=item.key[1], stage=item.key[2], decline_reason=reason[:MOST_REASON] or "it failed")
        try:
            self._caller.until_answered(f"declining round {item.key[1]}", lambda _: self._caller.control("AnswerRun", answer), self._stopper(item))
        except CallFailed as fault:
            log.debug("run %s: the coordinator refused the answer: %s", item.key[0], fault)
        except GivenUp:
            if self._caller.stopping.is_set():
                raise

    def _stopper(self, item: WorkItem) -> Callable[[], bool]:
        return lambda: item.pointless or self._caller.stopping.is_set()
