"""Locks that end with the process that holds them, however that ends."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from superres.errors import UnwritableFileError


def locked(path: Path) -> BinaryIO | None:
    """The open file of a lock, to be closed to let it go; None where another process holds it.

    Raises:
        UnwritableFileError: If the place has no locks for files.
        OSError: If the file cannot be made.
    """
    import portalocker  # noqa: PLC0415 - takes longer to load than it is needed for one file

    # Opened here, since packages for locks make folders that have vanished anew.
    lock = path.open("ab")
    try:
        portalocker.lock(lock, portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING)
    except portalocker.AlreadyLocked:
        lock.close()
        return None
    except portalocker.LockException as error:
        lock.close()
        raise UnwritableFileError(f"{path.parent} has no locks for files: {error}") from error
    return lock
