"""What a trainer returned, made the update that is kept and sent."""
from __future__ import annotations

from typing import Any, Callable, Iterator, Optional

import numpy as np

from ..digest import BlockDigest, digest_of_parts
from ..errors import RefusedError
from ..training.encodings import BLOCK, byte_length, decode_topk, encode, noise_for
from ..training.results import clean
from ..training.trainer import FitResult, Run
from ..v1 import federation_pb2 as pb
from .carried import Carried
from .pending import PendingUpdates

_ENCODINGS = {"f32": pb.ENCODING_F32, "bf16": pb.ENCODING_BF16, "int8": pb.ENCODING_INT8, "topk": pb.ENCODING_TOP_K}


class UpdateMaker:
    def __init__(self, pending: PendingUpdates, residuals: Carried) -> None:
        self._pending, self._residuals = pending, residuals

    def keep(self, fit: Any, run: Run, base: np.ndarray, trained: np.ndarray, result: FitResult, carry: Callable[[bytes], None], should_stop: Callable[[], bool]) -> None:
        """Keeps the update of an assignment, and before it what the client carries on if it counts. RefusedError where a value is not finite."""
        settings = run.settings
        with np.errstate(all="ignore"):
            delta = trained - base
        residual = self._residuals.find(run.run_id, fit.round, len(delta), should_stop) if settings.encoding == "topk" else None
        if residual is not None:
            delta = delta + residual
        if not np.all(np.isfinite(delta)):
            raise RefusedError("the trainer returned a parameter that is not finite. Has training diverged?")
        header = _header(fit, run, result)
        self._pending.save((run.run_id, fit.round), self._parts(fit, run, delta, header, carry), header)

    def _parts(self, fit: Any, run: Run, delta: np.ndarray, header: "pb.UpdateHeader", carry: Callable[[bytes], None]) -> Iterator[bytes]:
        settings, digest = run.settings, BlockDigest()
        left: Optional[np.ndarray] = delta.copy() if settings.encoding == "topk" else None
        try:
            for number, data in enumerate(encode(delta, settings.encoding, noise_for(run.seed, fit.round, run.client_id), settings.top_k)):
                digest.update(data)
                if left is not None:
                    block = left[number * BLOCK: (number + 1) * BLOCK]
                    block -= decode_topk(data, len(block))
                yield data
        except OverflowError as fault:
            raise RefusedError(f"the update cannot be encoded: {fault}. Has training diverged?") from None
        part = pb.UpdatePart(name="delta", encoding=_ENCODINGS[settings.encoding], digest=digest.digest(),
                             byte_length=byte_length(len(delta), settings.encoding, settings.top_k))
        header.parts.append(part)
        update_digest = digest_of_parts([part.digest])
        if left is not None:
            self._residuals.keep(run.run_id, fit.round, left, update_digest)
        carry(update_digest)


def _header(fit: Any, run: Run, result: FitResult) -> "pb.UpdateHeader":
    return pb.UpdateHeader(
        run_id=run.run_id, round=fit.round, base_version=fit.base_version, base_digest=fit.base_digest, manifest_hash=run.manifest.hash,
        num_examples=int(result.num_examples), steps=int(result.steps), metrics=clean(result.metrics))
