"""MATLAB files as named tensors: how networks of MatConvNet travel. Nothing in such a file is run.

Structures and cells become dotted names: cell 3 of the field `weight` of the variable `model` is `model.weight.3`
(counted from 0). An element of a structure array that has a field `name` is called by it, as MatConvNet's parameters
are: `net.params.conv1_f.value`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from superres.errors import InvalidWeightsError


def read_matlab(path: Path) -> dict[str, Tensor]:
    """Every numeric array of a MATLAB file of version 5 to 7.2.

    Args:
        path: The file, `.mat`.

    Returns:
        float32 tensors with the axes that MATLAB shows, two at least; convolutions of MatConvNet are
        (height, width, in, out) and lack the last axis where it would be 1.

    Raises:
        InvalidWeightsError: If the file is damaged or of another kind.
    """
    from scipy.io import loadmat  # noqa: PLC0415 - heavy, and needed for such files only

    try:
        content: dict[str, Any] = loadmat(str(path))
    except Exception as error:  # damaged files meet the parser with any error there is
        raise InvalidWeightsError(
            f"{path.name} is no readable MATLAB file; versions 5 to 7.2 are understood, not 7.3"
        ) from error
    variables = {name: value for name, value in content.items() if not name.startswith("__")}
    return {
        name: torch.from_numpy(np.ascontiguousarray(array, np.float32))
        for variable, value in variables.items()
        for name, array in _arrays(variable, value)
    }


def _arrays(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """All numeric arrays at or below a value, with their dotted names."""
    if not isinstance(value, np.ndarray):
        return
    if value.dtype.names or value.dtype == object:
        elements = list(value.flat)
        for index, element in enumerate(elements):
            place = name if len(elements) == 1 else f"{name}.{_called(element) or index}"
            for field in value.dtype.names or ():
                yield from _arrays(f"{place}.{field}", element[field])
            if not value.dtype.names:
                yield from _arrays(place, element)
    elif value.dtype.kind in "fiu" and value.size:
        yield name, value


def _called(element: Any) -> str:
    """What a field `name` of a structure says, if it has one."""
    if getattr(element, "dtype", None) is None or "name" not in (element.dtype.names or ()):
        return ""
    called = element["name"]
    return str(called.item()) if called.size == 1 and called.dtype.kind == "U" else ""
