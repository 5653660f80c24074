"""Single-image super-resolution: sharper, larger pictures, and the laboratory behind it.

Importing this loads neither NumPy nor an engine; what is used is loaded when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from superres.errors import SuperResError

if TYPE_CHECKING:
    from superres.inference.upscaler import upscale

__version__ = "0.1.0"
__all__ = ["SuperResError", "__version__", "upscale"]


def __getattr__(name: str) -> Any:
    if name == "upscale":
        from superres.inference.upscaler import upscale  # noqa: PLC0415

        return upscale
    raise AttributeError(f"module 'superres' has no attribute {name!r}")
