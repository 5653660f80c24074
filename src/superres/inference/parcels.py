"""A file sent to another machine as its bytes, and its result sent back: no folder needs to be seen by both.

What is done with it is what one process would do with the file itself, and the result is the same to the byte.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from superres import __version__
from superres.errors import InvalidRequestError, SuperResError, UnreadableFileError, UnwritableFileError
from superres.image.decoding import reason
from superres.image.files import check_output
from superres.image.placing import placed
from superres.inference.batch import Job
from superres.inference.files import Outcome, Planner, Sizes, Terms, upscale_files
from superres.inference.many import planner
from superres.inference.request import Request
from superres.inference.sizing import Sizing


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """What is done with all files."""

    request: Request
    sizing: Sizing | None
    terms: Terms
    version: str = __version__


@dataclass(frozen=True, kw_only=True, slots=True)
class Parcel:
    """A file on its way."""

    data: bytes
    source: str
    """Its name."""
    target: str
    """Of its result."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What comes back."""

    result: Sizes | SuperResError | MemoryError
    remarks: tuple[str, ...] = ()
    data: bytes = b""
    """Of the result, where there is one."""


def parcel_of(job: Job, terms: Terms) -> Parcel:
    """A file, ready to be sent.

    Raises:
        SuperResError: If it cannot be read, or its result not be written.
    """
    check_output(job.target, overwrite=terms.overwrite or job.replaces)
    try:
        data = job.source.read_bytes()
    except OSError as error:
        raise UnreadableFileError(f"{job.source} was to be read as an image, but cannot be: {reason(error)}") from error
    return Parcel(data=data, source=job.source.suffix, target=job.target.suffix)


def worked_off(parcel: Parcel, work: Work) -> Answer:
    """Enlarge a file; called where it was sent to."""
    if work.version != __version__:
        return Answer(
            result=InvalidRequestError(
                f"superres {work.version} has sent a file to a machine with superres {__version__}; all need the same"
            )
        )
    with TemporaryDirectory(prefix="superres-") as folder:
        source, target = Path(folder, f"in{parcel.source}"), Path(folder, f"out{parcel.target}")
        source.write_bytes(parcel.data)
        (outcome,) = upscale_files([Job(source, target)], _planner(work.request, work.sizing), work.terms)
        data = target.read_bytes() if isinstance(outcome.result, Sizes) else b""
        return Answer(result=outcome.result, remarks=outcome.remarks, data=data)


@cache
def _planner(request: Request, sizing: Sizing | None) -> Planner:
    """Networks are opened once."""
    return planner(request, sizing)


def unpacked(job: Job, answer: Answer, terms: Terms) -> Outcome:
    """Put a result where it belongs, and say how it ended."""
    if not isinstance(answer.result, Sizes):
        return Outcome(job=job, result=_named(answer.result, job))
    try:
        with placed(job.target, overwrite=terms.overwrite or job.replaces) as unfinished:
            unfinished.write_bytes(answer.data)
    except SuperResError as error:
        return Outcome(job=job, result=error)
    except OSError as error:
        return Outcome(job=job, result=UnwritableFileError(f"{job.target} could not be written: {reason(error)}"))
    return Outcome(job=job, result=answer.result, remarks=answer.remarks)


def _named(error: SuperResError | MemoryError, job: Job) -> SuperResError | MemoryError:
    """The same error about the file by its own name, instead of that on the other machine."""
    if isinstance(error, MemoryError):
        return error
    words = [
        str(job.source if Path(word).name.startswith("in.") else job.target)
        if Path(word).parent.name.startswith("superres-")
        else word
        for word in str(error).split(" ")
    ]
    return type(error)(" ".join(words))
