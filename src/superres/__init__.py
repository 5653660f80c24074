"""Single-image super-resolution: sharper, larger pictures, and the laboratory behind it.

Importing this loads neither NumPy nor an engine; what is used is loaded when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from superres.errors import SuperResError
from superres.version import __version__

if TYPE_CHECKING:
    from superres.inference.one_file import upscale_file
    from superres.inference.upscaler import upscale

__all__ = ["SuperResError", "__version__", "upscale", "upscale_file"]


def __getattr__(name: str) -> Any:
    if name == "upscale":
        from superres.inference.upscaler import upscale  # noqa: PLC0415

        return upscale
    if name == "upscale_file":
        from superres.inference.one_file import upscale_file  # noqa: PLC0415

        return upscale_file
    raise AttributeError(f"module 'superres' has no attribute {name!r}")
