"""Reads what the coordinator asks of this client, answers for the runs, and keeps the board."""
from __future__ import annotations

import logging
import math
from typing import Any, Callable, Sequence

import grpc

from ..transport.caller import Caller
from ..transport.faults import CallFailed
from ..v1 import federation_pb2 as pb
from .admission import Accepted, RunBook
from .board import WorkBoard, WorkItem
from .carried import Carried
from .pending import PendingUpdates
from .work import MOST_REASON, ModelCache

log = logging.getLogger("fedlearn")
_MOST_SECONDS = 3_600.0 * 24 * 30


class Watch:
    def __init__(self, runs: RunBook, board: WorkBoard, models: ModelCache, pending: PendingUpdates, carried: Sequence[Carried], caller: Caller,
                 evaluate_only: bool, data_version: str) -> None:
        self._runs, self._board, self._models, self._pending, self._carried, self._caller = runs, board, models, pending, carried, caller
        self._evaluate_only, self._data_version = evaluate_only, data_version
        self.draining = False
        self._stream: Any = None

    def run(self, synced: Callable[[], None], changed: Callable[[], None]) -> None:
        """Returns when the coordinator ends the stream; CallFailed where it breaks."""
        self.draining = False
        self._runs.begin_state()
        self._board.begin_state()
        self._stream = self._caller.stream("Watch", pb.WatchRequest())
        if self._caller.stopping.is_set():
            self.cancel()
        try:
            for message in self._stream:
                self._take(message, synced)
                changed()
        except grpc.RpcError as fault:
            raise CallFailed.of(fault) from None
        finally:
            self.cancel()

    def cancel(self) -> None:
        """Ends the stream from another thread."""
        stream = self._stream
        if stream is not None:
            stream.cancel()

    def _take(self, message: "pb.WatchReply", synced: Callable[[], None]) -> None:
        kind = message.WhichOneof("event")
        if kind == "run":
            self._answer(message.run)
        elif kind == "fit":
            self._add(message.fit, pb.STAGE_FIT)
        elif kind == "evaluate":
            self._add(message.evaluate, pb.STAGE_EVALUATE)
        elif kind == "stage_over":
            over = (message.stage_over.run_id, message.stage_over.round, message.stage_over.stage)
            self._board.give_up(lambda item: item.key == over, "the coordinator closed it")
        elif kind == "run_over":
            self._end_run(message.run_over.run_id, message.run_over.reason)
        elif kind == "synced":
            self._take_synced()
            synced()
        elif kind == "draining":
            self.draining = True
            log.info("the coordinator is about to stop; the worker reconnects by itself")

    def _add(self, assignment: Any, stage: int) -> None:
        seconds = assignment.seconds_left
        limit = min(max(0.0 if math.isnan(seconds) else seconds, 0.0), _MOST_SECONDS)
        self._board.add(WorkItem((assignment.run_id, assignment.round, stage), assignment, limit))

    def _answer(self, announced: "pb.RunAnnouncement") -> None:
        answer, decided = pb.AnswerRunRequest(run_id=announced.run_id, data_version=self._data_version), self._runs.announce(announced)
        if isinstance(decided, Accepted):
            answer.evaluate_only = self._evaluate_only
            answer.num_examples = decided.num_examples
            answer.label_counts.extend(decided.label_counts)
        else:
            answer.decline_reason = decided.reason[:MOST_REASON]
        try:
            self._caller.control("AnswerRun", answer)
        except CallFailed as fault:
            if fault.is_transient:  # This ends the connection, and the next one answers again.
                raise
            log.debug("run %s: the coordinator refused the answer: %s", announced.run_id, fault)

    def _end_run(self, run_id: str, reason: str) -> None:
        log.info("run %s is over: %s", run_id, reason)
        self._board.give_up(lambda item: item.key[0] == run_id, "the run is over")
        self._runs.remove(run_id)
        self._models.forget(run_id)
        for vectors in self._carried:
            vectors.forget(run_id)

    def _take_synced(self) -> None:
        for run_id in self._runs.end_state():
            self._end_run(run_id, "the coordinator does not name it any more")
        for vectors in self._carried:
            vectors.keep_only(self._runs.open)  # Only now are all open runs known.
        self._board.end_state()
        for run_id, round_number in self._pending.list():
            if self._board.add(WorkItem((run_id, round_number, pb.STAGE_FIT), None, math.inf)):  # What is in hand already stays as it is.
                log.info("round %d of run %s: an update finished earlier waits for its receipt; delivering it", round_number, run_id)
