"""Many files: which are meant, and where each result goes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from superres.errors import InvalidRequestError, SuperResError, UnwritableFileError
from superres.image.files import image_files
from superres.image.formats import FORMATS


@dataclass(frozen=True, slots=True)
class Job:
    """One file to enlarge."""

    source: Path
    target: Path


def plan_jobs(
    inputs: Sequence[Path], *, output: Path | None, label: str, format_name: str | None
) -> tuple[tuple[Job, ...], tuple[SuperResError, ...]]:
    """Find the files that are meant and name their results.

    Args:
        inputs: Files and folders; of a folder, the images directly in it.
        output: A file for one input file, else a folder; beside each input where not given.
        label: Stands in the results' names: `x4` in `photo_x4.png`.
        format_name: Ending of the results, without its dot; as each input's where not given.

    Returns:
        What can be done, and what stands against the rest, so that one bad input does not stop the others.

    Raises:
        InvalidRequestError: If the format is not known, or contradicts the output's name.
        UnwritableFileError: If the output is a file and the inputs are many.
    """
    suffix = _suffix(format_name)
    if output is not None and _is_file(output, inputs):
        return _single(inputs[0], output, suffix), ()
    if output is not None and output.is_file():
        raise UnwritableFileError(f"several results cannot go to {output}, which is a file; name a folder")
    sources, problems = _sources(inputs)
    jobs, clashes = _without_clashes(Job(source, _target(source, output, label, suffix)) for source in sources)
    return jobs, (*problems, *clashes)


def _suffix(format_name: str | None) -> str | None:
    if format_name is None:
        return None
    suffix = f".{format_name.lower().removeprefix('.')}"
    if suffix not in FORMATS:
        known = ", ".join(name.removeprefix(".") for name in FORMATS)
        raise InvalidRequestError(f"the format {format_name!r} was asked for; these can be written: {known}")
    return suffix


def _is_file(output: Path, inputs: Sequence[Path]) -> bool:
    """Whether the output names the one result itself."""
    return len(inputs) == 1 and not inputs[0].is_dir() and not output.is_dir() and bool(output.suffix)


def _single(source: Path, output: Path, suffix: str | None) -> tuple[Job, ...]:
    if suffix is not None and FORMATS.get(output.suffix.lower()) is not FORMATS[suffix]:
        asked = suffix.removeprefix(".")
        raise InvalidRequestError(f"the format {asked} was asked for, but the output is called {output.name}")
    return (Job(source, output),)


def _sources(inputs: Iterable[Path]) -> tuple[list[Path], list[SuperResError]]:
    sources: list[Path] = []
    problems: list[SuperResError] = []
    for path in inputs:
        try:
            sources.extend(image_files(path) if path.is_dir() else [path])
        except SuperResError as error:
            problems.append(error)
    return list(dict.fromkeys(sources)), problems


def _target(source: Path, folder: Path | None, label: str, suffix: str | None) -> Path:
    own = source.suffix.lower()
    ending = suffix or (own if own in FORMATS else ".png")
    return (folder or source.parent) / f"{source.stem}_{label}{ending}"


def _without_clashes(jobs: Iterable[Job]) -> tuple[tuple[Job, ...], list[SuperResError]]:
    """Only the first of several inputs whose results would have one name."""
    owners: dict[Path, Job] = {}
    clashes: list[SuperResError] = []
    for job in jobs:
        owner = owners.setdefault(job.target, job)
        if owner is not job:
            clashes.append(
                InvalidRequestError(
                    f"{job.source} and {owner.source} would both become {job.target}; give them different folders"
                )
            )
    return tuple(owners.values()), clashes
