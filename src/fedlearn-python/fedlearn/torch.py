"""Between a PyTorch module's `state_dict` and named arrays. PyTorch is imported only when one of these is called."""
from __future__ import annotations

import fnmatch
from typing import Any, Dict, Iterable, List, Mapping

import numpy as np


def arrays_of(module: Any, only: Iterable[str] = ("*",)) -> Dict[str, np.ndarray]:
    """The float tensors of a module's state by name, copied to float32 arrays; whole-number tensors, such as counters of batches, stay out.

    only: patterns of names, such as ("adapter.*",): what fits none stays out, and with the client."""
    patterns = tuple(only)
    return {
        name: tensor.detach().cpu().float().numpy().copy() for name, tensor in module.state_dict().items()
        if tensor.is_floating_point() and any(fnmatch.fnmatchcase(name, p) for p in patterns)}


def load_arrays(module: Any, arrays: Mapping[str, np.ndarray]) -> None:
    """Puts arrays into a module's state by name; what they do not name stays as it is. KeyError for a name that the module does not have."""
    import torch

    state = module.state_dict()
    unknown = sorted(set(arrays) - set(state))
    if unknown:
        raise KeyError(f"the module has no {', '.join(unknown)}; it has {', '.join(state)}")
    with torch.no_grad():
        for name, values in arrays.items():
            state[name].copy_(torch.from_numpy(np.array(values, dtype=np.float32)))


def tensors_of(module: Any, only: Iterable[str] = ("*",)) -> List[Dict[str, Any]]:
    """The spec's `model.tensors` for a module: names and shapes, in the state's order."""
    return [{"name": name, "shape": list(values.shape)} for name, values in arrays_of(module, only).items()]
