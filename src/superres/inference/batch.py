"""Many files: which are meant, and where each result goes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter
from zlib import crc32

from superres.errors import InvalidRequestError, SuperResError, UnwritableFileError, unknown_name
from superres.image.files import open_picture
from superres.image.formats import FORMATS
from superres.image.video.names import WRITTEN, is_film
from superres.image.video.names import ending as film_ending
from superres.inference.walking import walk

_CAMERAS = (".heic", ".heif")
"""Of photographs that are read and not written."""

FIELDS = ("stem", "size", "model")
"""What the template of a name may hold."""


@dataclass(frozen=True, slots=True)
class Job:
    """One file to enlarge."""

    source: Path
    target: Path
    root: Path | None = None
    """The folder whose journal tells of the result; None where nothing is kept of it."""
    replaces: bool = False
    """Whether an existing target is a remnant, or outdated."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Naming:
    """How results are called.

    Raises:
        InvalidRequestError: If the format is not known, or the template makes no file name.
        UnknownNameError: If the template has an unknown field.
    """

    size: str = ""
    """Such as `x4`."""
    model: str = "default"
    template: str = "{stem}_{size}"
    """Of `FIELDS`; the ending follows by itself."""
    format_name: str | None = None
    """Ending of the results, without its dot; as each input's where not given. One of films holds for films only."""
    has_previews: bool = False
    """Whether films become pictures."""

    def __post_init__(self) -> None:
        self.suffix()
        try:
            fields = [name for _, name, _, _ in Formatter().parse(self.template) if name is not None]
        except ValueError as error:
            raise InvalidRequestError(f"the name {self.template!r} was asked for, but {error}") from error
        for name in fields:
            if name not in FIELDS:
                raise unknown_name("field of a name", name, FIELDS)
        if "stem" not in fields or any(mark in self.template for mark in '/\\:"<>|?*\0'):
            raise InvalidRequestError(
                f"the name {self.template!r} was asked for; it needs {{stem}}, so that results differ, and must name a "
                "file in its folder"
            )

    def suffix(self) -> str | None:
        """The ending that was asked for, with its dot."""
        if self.format_name is None:
            return None
        suffix = f".{self.format_name.lower().removeprefix('.')}"
        if suffix not in (*FORMATS, *WRITTEN):
            known = ", ".join(name.removeprefix(".") for name in (*FORMATS, *WRITTEN))
            raise InvalidRequestError(f"the format {self.format_name!r} was asked for; these can be written: {known}")
        return suffix

    def name(self, source: Path) -> str:
        """Of the result of a file."""
        return self.template.format(stem=source.stem, size=self.size, model=self.model) + self._ending(source)

    def _ending(self, source: Path) -> str:
        asked = self.suffix()
        if is_film(source) and not self.has_previews:
            return asked if asked is not None and asked in WRITTEN else film_ending(source)
        if asked is not None and asked in FORMATS:
            return asked
        return ".png" if is_film(source) else _ending(source)


def _ending(source: Path) -> str:
    """Of the result where none is asked for: that of the file, if it does for what it holds."""
    own = source.suffix.lower()
    if own in _CAMERAS:
        return ".jpg"
    if own == ".gif" and not _is_animated(source):
        return ".png"  # 256 colours are too few for what is enlarged
    return own if own in FORMATS else ".png"


def _is_animated(path: Path) -> bool:
    try:
        return open_picture(path, all_pages=True).layout.pages > 1
    except SuperResError:
        return False


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the files: those whose number, from 1, is this one's. Which it is depends on a file's place alone."""

    number: int
    count: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.count:
            raise InvalidRequestError(f"the part {self.number}/{self.count} was asked for; the first is 1/{self.count}")

    def has(self, place: Path) -> bool:
        """Whether a file belongs to it.

        Args:
            place: Of the file, from the folder that was named.
        """
        return crc32(place.as_posix().encode(errors="surrogateescape")) % self.count == self.number - 1


def share_of(text: str) -> Share:
    """Read a part, such as `2/5`.

    Raises:
        InvalidRequestError: If it is none.
    """
    number, _, count = text.partition("/")
    if not (number.isascii() and number.isdigit() and count.isascii() and count.isdigit()):
        raise InvalidRequestError(f"the part {text!r} was asked for; parts are written as 2/5, the second of five")
    return Share(int(number), int(count))


@dataclass(frozen=True, slots=True)
class Batch:
    """What is to be done."""

    jobs: tuple[Job, ...]
    problems: tuple[SuperResError, ...] = ()
    """What stands against the rest, so that one bad input does not stop the others."""
    others: int = 0
    """Files in the folders that are neither images nor films."""
    films: int = 0
    """Films in the folders that are not meant."""


@dataclass(frozen=True, slots=True)
class _Source:
    path: Path
    place: Path
    """Of its result, among the results."""
    folder: Path | None
    """That was named, and holds it."""


def plan_jobs(
    inputs: Sequence[Path],
    *,
    output: Path | None,
    naming: Naming,
    share: Share | None = None,
    has_films: bool = False,
) -> Batch:
    """Find the files that are meant and name their results.

    Args:
        inputs: Files and folders; of a folder, all images in it and below.
        output: A file for one input file, else a folder, which then has the folders that an input folder has, or that
            of several input folders; beside each input where not given.
        naming: Of the results.
        share: The part of the files that is meant; all where not given.
        has_films: Whether the films of folders are meant, too; those that are named are in any case.

    Raises:
        InvalidRequestError: If the format contradicts the output's name.
        UnwritableFileError: If the output is a file, or is called like one, and the inputs are many.
    """
    if output is not None and _is_file(output, inputs):
        return Batch(_single(inputs[0], output, naming.suffix()))
    if output is not None and not output.is_dir() and (output.is_file() or _ends_as_file(output)):
        what = "is a file" if output.is_file() else "is called like a file"
        raise UnwritableFileError(f"several results cannot go to {output}, which {what}; name a folder")
    found = _sources(inputs, output, has_films=has_films)
    sources = [each for each in found.sources.values() if share is None or share.has(each.place)]
    is_kept = len(inputs) > 1 or any(each.folder is not None for each in sources)
    jobs, clashes = _without_clashes(_job(each, output, naming, is_kept=is_kept) for each in sources)
    return Batch(jobs, (*found.problems, *clashes), found.others, found.films)


def _is_file(output: Path, inputs: Sequence[Path]) -> bool:
    """Whether the output names the one result itself."""
    return len(inputs) == 1 and not inputs[0].is_dir() and not output.is_dir() and bool(output.suffix)


def _ends_as_file(output: Path) -> bool:
    return output.suffix.lower() in (*FORMATS, *WRITTEN)


def _single(source: Path, output: Path, suffix: str | None) -> tuple[Job, ...]:
    given = output.suffix.lower()
    if suffix is not None and given != suffix and (FORMATS.get(given) is not FORMATS.get(suffix) or given in WRITTEN):
        asked = suffix.removeprefix(".")
        raise InvalidRequestError(f"the format {asked} was asked for, but the output is called {output.name}")
    return (Job(source, output),)


@dataclass(slots=True)
class _Found:
    """What inputs hold."""

    sources: dict[Path, _Source] = field(default_factory=dict[Path, _Source])
    problems: list[SuperResError] = field(default_factory=list[SuperResError])
    others: int = 0
    films: int = 0
    """That are not meant."""


def _sources(inputs: Iterable[Path], output: Path | None, *, has_films: bool) -> _Found:
    all_found = _Found()
    folders = [path for path in inputs if path.is_dir()]
    for path in inputs:
        if path not in folders:
            all_found.sources.setdefault(path, _Source(path, Path(path.name), None))
            continue
        try:
            found = walk(path, without=None if output is None or _is_within(path, output) else output)
        except SuperResError as error:
            all_found.problems.append(error)
            continue
        all_found.problems += found.problems
        all_found.others += found.others
        all_found.films += 0 if has_films else len(found.films)
        below = Path(path.resolve().name) if len(folders) > 1 else Path()
        for file in (*found.images, *(found.films if has_films else ())):
            all_found.sources.setdefault(file, _Source(file, below / file.relative_to(path), path))
    return all_found


def _is_within(folder: Path, output: Path) -> bool:
    """Whether a folder of inputs is the folder of results, or lies in it."""
    return folder.resolve().is_relative_to(output.resolve())


def _job(source: _Source, output: Path | None, naming: Naming, *, is_kept: bool) -> Job:
    name = naming.name(source.path)
    if output is None:
        return Job(source.path, source.path.parent / name, source.folder)
    return Job(source.path, output / source.place.parent / name, output if is_kept else None)


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
