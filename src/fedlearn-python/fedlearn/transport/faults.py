"""What a failed call means for the worker, and how to say it to a person."""
from __future__ import annotations

from typing import Optional

import grpc

# The same call may succeed later: the coordinator was away, busy, too slow or broke. All other statuses are its verdict on the call itself.
# Of UNAUTHENTICATED the session joins again, and what is refused there ends the worker.
_TRANSIENT = {
    grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.ABORTED,
    grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.CANCELLED, grpc.StatusCode.DATA_LOSS, grpc.StatusCode.UNAUTHENTICATED}
_BY_NUMBER = {status.value[0]: status for status in grpc.StatusCode}


class CallFailed(Exception):
    """A call's status, over gRPC or the other road."""

    def __init__(self, status: grpc.StatusCode, detail: str) -> None:
        super().__init__(f"{status.name}: {detail}")
        self.status, self.detail = status, detail

    @classmethod
    def of(cls, fault: grpc.RpcError) -> "CallFailed":
        code = fault.code() if callable(getattr(fault, "code", None)) else None
        return cls(code or grpc.StatusCode.UNKNOWN, (fault.details() or "") if code else str(fault))

    @classmethod
    def numbered(cls, number: str, detail: str) -> "Optional[CallFailed]":
        """The failure of a status number, as HTTP headers carry it; None for success and for what is no number."""
        status = _BY_NUMBER.get(int(number)) if number.isdigit() else None
        return None if status is None or status is grpc.StatusCode.OK else cls(status, detail)

    @property
    def is_transient(self) -> bool:
        return self.status in _TRANSIENT


class RoadFailed(Exception):
    """The other road does not carry a vector. `broke`: it did for a while, and may again."""

    def __init__(self, message: str, broke: bool) -> None:
        super().__init__(message)
        self.broke = broke
