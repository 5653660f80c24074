"""libvips, whose warnings go nowhere.

pyvips hands them to Python's logging. Where Python then collects its garbage, and an image in it has something to say
too, GLib sees a message inside a message and ends the process; damaged files are warned of a hundred times. What goes
wrong is an error as well, and told as one.
"""

from __future__ import annotations

import os

# libvips reads this when it is loaded, and writes its warnings to standard error otherwise.
os.environ.setdefault("VIPS_WARNING", "0")

import pyvips

pyvips._remove_log_handler()  # pyright: ignore[reportPrivateUsage]

__all__ = ["pyvips"]
