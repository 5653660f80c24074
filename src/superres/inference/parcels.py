"""A file sent to another machine as its bytes, and its result sent back: no folder needs to be seen by both.

What is done with it is what one process would do with the file itself, and the result is the same to the byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from superres.errors import InvalidRequestError, SuperResError, UnreadableFileError, UnwritableFileError
from superres.image.decoding import reason
from superres.image.files import check_output
from superres.image.placing import placed
from superres.inference.batch import Job
from superres.inference.files import Outcome, Planner, Sizes, Terms, upscale_files
from superres.inference.many import planner
from superres.inference.request import Request
from superres.inference.sizing import Sizing
from superres.version import __version__


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
    """Where it came from, by which errors name it."""
    target: str
    """Where its result belongs."""


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
    return Parcel(data=data, source=str(job.source), target=str(job.target))


def worked_off(parcel: Parcel, work: Work) -> Answer:
    """Enlarge a file; called where it was sent to."""
    if work.version != __version__:
        return Answer(
            result=InvalidRequestError(
                f"superres {work.version} has sent a file to a machine with superres {__version__}; all need the same"
            )
        )
    with TemporaryDirectory(prefix="superres-") as folder:
        source, target = (
            Path(folder, f"{way}{Path(place).suffix}") for way, place in (("in", parcel.source), ("out", parcel.target))
        )
        source.write_bytes(parcel.data)
        (outcome,) = upscale_files([Job(source, target)], _planner(work.request, work.sizing), work.terms)
        data = target.read_bytes() if isinstance(outcome.result, Sizes) else b""
        result = _named(outcome, {str(source): parcel.source, str(target): parcel.target})
        return Answer(result=result, remarks=outcome.remarks, data=data)


@cache
def _planner(request: Request, sizing: Sizing | None) -> Planner:
    """Networks are opened once."""
    return planner(request, sizing)


def unpacked(job: Job, answer: Answer, terms: Terms) -> Outcome:
    """Put a result where it belongs, and say how it ended."""
    if not isinstance(answer.result, Sizes):
        return Outcome(job=job, result=answer.result)
    try:
        with placed(job.target, overwrite=terms.overwrite or job.replaces) as unfinished:
            unfinished.write_bytes(answer.data)
    except SuperResError as error:
        return Outcome(job=job, result=error)
    except OSError as error:
        return Outcome(job=job, result=UnwritableFileError(f"{job.target} could not be written: {reason(error)}"))
    return Outcome(job=job, result=answer.result, remarks=answer.remarks)


def _named(outcome: Outcome, names: Mapping[str, str]) -> Sizes | SuperResError | MemoryError:
    """How it ended; an error names the files as they are called where they came from."""
    if not isinstance(outcome.result, SuperResError):
        return outcome.result
    told = str(outcome.result)
    for here, there in names.items():
        told = told.replace(here, there)
    return type(outcome.result)(told)
