"""Every deliberate error, in one family.

    SuperResError
    ├── InvalidImageError (ValueError)             an image that cannot be used as asked
    │   └── ImageTooLargeError                     its header claims more pixels than the limit
    ├── MissingFileError (FileNotFoundError)       nothing is there
    ├── UnreadableFileError (OSError)              something is there, but it cannot be read
    ├── ExistingFileError (FileExistsError)        writing would replace a file
    ├── UnwritableFileError (OSError)              the place does not take the file
    ├── UnknownNameError (LookupError)             no model, metric, key … has this name
    ├── InvalidRequestError (ValueError)           options that contradict each other or the model
    ├── InvalidConfigError (ValueError)            a configuration or recipe that makes no sense
    ├── InvalidWeightsError (ValueError)           weights or a checkpoint that cannot be trusted
    └── MissingPackageError (ImportError)          an optional package is not installed

Each message is a sentence: what was asked, what was found, what would work.
Catch `SuperResError` to catch them all; each is also the builtin error that it resembles.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class SuperResError(Exception):
    """Any error that superres raises on purpose."""


class InvalidImageError(SuperResError, ValueError):
    """An image that cannot be used as asked."""


class ImageTooLargeError(InvalidImageError):
    """An image whose header claims more pixels than the stated limit."""


class MissingFileError(SuperResError, FileNotFoundError):
    """A file or folder that is not there."""


class UnreadableFileError(SuperResError, OSError):
    """A file that is there but cannot be read."""


class ExistingFileError(SuperResError, FileExistsError):
    """An output that exists and may not be replaced."""


class UnwritableFileError(SuperResError, OSError):
    """A place that does not take the output."""


class UnknownNameError(SuperResError, LookupError):
    """A name that nothing answers to."""


class InvalidRequestError(SuperResError, ValueError):
    """Options that contradict each other or what the model can do."""


class InvalidConfigError(SuperResError, ValueError):
    """A configuration or recipe that makes no sense."""


class InvalidWeightsError(SuperResError, ValueError):
    """Weights or a checkpoint that are damaged or belong to something else."""


class MissingPackageError(SuperResError, ImportError):
    """An optional package that the asked action needs is not installed."""


_MANY = 50
"""More names than this are not all told."""
_SOME = 8
"""Of these, so many intervals."""


def unknown_name(kind: str, name: str, known: Iterable[str]) -> UnknownNameError:
    """The error for a name that nothing answers to, with the nearest names that would work.

    Args:
        kind: What was looked for, in the singular and without an article: "model", "key of [data]".
        name: What was asked.
        known: Every name that would work.

    Returns:
        The error, ready to be raised.

    Example:
        >>> unknown_name("metric", "pnsr", ["psnr", "ssim"])
        UnknownNameError("no metric is called 'pnsr'; nearest: psnr")
    """
    names = sorted(known)
    nearest = get_close_matches(name, names, n=3, cutoff=0.5)
    if nearest:
        hint = f"nearest: {', '.join(nearest)}"
    elif len(names) > _MANY:
        hint = f"{len(names)} are known, such as {', '.join(names[:: len(names) // _SOME])}"
    else:
        hint = f"known: {', '.join(names) or 'none'}"
    return UnknownNameError(f"no {kind} is called {name!r}; {hint}")
