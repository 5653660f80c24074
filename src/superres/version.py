"""The version of the package, for all that write it down."""

from __future__ import annotations

__version__ = "0.1.0"
