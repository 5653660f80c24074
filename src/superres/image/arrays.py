"""The functions that go with an array: NumPy's or, for tensors, PyTorch's by the same names."""

from __future__ import annotations

from typing import Any

import numpy as np


def namespace_of(array: Any) -> Any:
    """The array API (version 2024.12) of an array's library."""
    if isinstance(array, np.ndarray):
        return np
    # Loading it takes a tenth of the start of a command, which has arrays of NumPy only.
    import array_api_compat  # noqa: PLC0415

    return array_api_compat.array_namespace(array)
