"""Memory that is freed stays with the process.

A step of training frees as much as it takes, hundreds of megabytes in large pieces. The GNU C library gives such pieces
back to the system and asks for them anew, and the system fills every page with zeros each time: a fifth of a step of a
small network on a processor.
"""

from __future__ import annotations

import ctypes
import platform

_TRIM_THRESHOLD, _MMAP_MAX = -1, -4
"""Names of settings, from malloc.h."""
_NEVER = -1


def keep_freed_memory() -> bool:
    """Tell the C library not to give freed memory back to the system.

    It holds for the whole process from now on; a process then stays as large as it has ever been.

    Returns:
        Whether it holds; only the GNU C library knows these settings.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    return bool(mallopt(_MMAP_MAX, 0) and mallopt(_TRIM_THRESHOLD, _NEVER))
