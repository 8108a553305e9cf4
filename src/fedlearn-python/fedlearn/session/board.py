"""The work that is queued or in hand. The connection adds to it and gives up what is over; work goes on while the connection is down."""
from __future__ import annotations

import queue
import threading
import time
from typing import Any, Callable, Dict, Optional, Tuple

WorkKey = Tuple[str, int, Any]
"""Run, round and stage (federation.proto's Stage)."""
IDLE: Any = 1
DOWNLOADING, TRAINING, UPLOADING, EVALUATING = 2, 3, 4, 5
"""federation.proto's Activity."""


class WorkItem:
    """A piece of local work, from its assignment to the coordinator's last word. No assignment: an update from earlier, of which the delivery remains."""

    def __init__(self, key: WorkKey, assignment: Any, seconds: float) -> None:
        self.key, self.assignment = key, assignment
        self.activity: Any = IDLE
        self.seen_on = 0
        self._end = time.monotonic() + seconds
        self._reason: Optional[str] = None

    @property
    def pointless(self) -> bool:
        """Whether the local work has become pointless; a delivery goes on all the same."""
        return self._reason is not None or time.monotonic() >= self._end

    @property
    def reason(self) -> str:
        return self._reason or "the time of the round is up"

    def give_up(self, reason: str) -> None:
        self._reason = self._reason or reason


class WorkBoard:
    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._items: Dict[WorkKey, WorkItem] = {}
        self._queue: "queue.Queue[Optional[WorkItem]]" = queue.Queue()
        self._connection = 0

    @property
    def is_empty(self) -> bool:
        with self._turn:
            return not self._items

    @property
    def current(self) -> Optional[WorkItem]:
        """What is in hand, for the heartbeat."""
        with self._turn:
            return next((item for item in self._items.values() if item.activity != IDLE), None)

    def begin_state(self) -> None:
        """A new connection: what the coordinator does not name on it before `end_state` is over."""
        with self._turn:
            self._connection += 1

    def end_state(self) -> None:
        self.give_up(lambda i: i.assignment is not None and i.seen_on != self._connection, "the coordinator does not ask for it any more")

    def add(self, item: WorkItem) -> bool:
        """Queues work, unless its key is queued or in hand already; then that goes on."""
        with self._turn:
            known = self._items.get(item.key)
            (known or item).seen_on = self._connection
            if known is not None:
                return False
            self._items[item.key] = item
        self._queue.put(item)
        return True

    def give_up(self, fits: Callable[[WorkItem], bool], reason: str) -> None:
        with self._turn:
            over = [item for item in self._items.values() if fits(item)]
        for item in over:
            item.give_up(reason)

    def take(self) -> Optional[WorkItem]:
        """The next item; None where the worker stops."""
        return self._queue.get()

    def finish(self, item: WorkItem) -> None:
        with self._turn:
            self._items.pop(item.key, None)

    def wake(self, takers: int) -> None:
        """Lets so many takers go home."""
        for _ in range(takers):
            self._queue.put(None)
