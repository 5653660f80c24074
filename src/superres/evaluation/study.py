"""A study with its images: which file each stimulus is, what it is compared with, and which picture it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from superres.errors import InvalidRequestError, MissingFileError, UnknownNameError
from superres.evaluation.comparison import read_pair, reference_by_name
from superres.evaluation.measuring import batch
from superres.image.files import image_files, read_picture
from superres.metrics.opinion.ratings import Ratings, read_ratings
from superres.metrics.opinion.votes import read_votes


@dataclass(frozen=True, kw_only=True, slots=True)
class Study:
    """One entry per stimulus in every tuple, in the order of the ratings."""

    ratings: Ratings
    images: tuple[Path, ...]
    references: tuple[Path | None, ...]
    """The true image, where it is known."""
    is_reference: tuple[bool, ...]
    """Whether the stimulus is a true image itself, which raters saw among the others."""
    contents: tuple[str, ...]
    """The picture that it shows: stimuli of one picture share it. The stimulus's own name where nothing is known."""
    contents_are_known: bool

    @property
    def has_references(self) -> bool:
        """Whether each stimulus has one."""
        return all(reference is not None for reference in self.references)

    def planes(self, index: int) -> tuple[Tensor, Tensor | None]:
        """A stimulus and its reference, (1, 3, H, W) in [0, 1].

        Raises:
            UnreadableFileError: If a file is no image.
            InvalidImageError: If their sizes differ.
        """
        path, reference = self.images[index], self.references[index]
        return (batch(read_picture(path).pixels), None) if reference is None else read_pair(path, reference)


def open_study(
    path: Path, images: Path, references: Path | None = None, *, lowest: float = 1.0, highest: float = 5.0
) -> Study:
    """Ratings with the images that were rated.

    A stimulus is the file of that name, with or without its ending. Its reference is named by the column `reference`
    if raters saw it among the stimuli, or by the column `original` if they did not; where neither says anything, it
    is the file of the folder of references whose name the stimulus's name begins with, as in `superres compare`.

    Args:
        path: A CSV file, see `read_ratings`.
        images: The folder of stimuli.
        references: The folder of true images; where not given, named ones are looked for among the stimuli.
        lowest: Worst score of the scale.
        highest: Best score of the scale.

    Raises:
        MissingFileError: If a file, or the image of a name, is not there.
        UnreadableFileError: If the CSV file is no table of ratings.
        InvalidRequestError: If a name fits two images, a stimulus has two originals, or only some have references.
    """
    ratings = _read(path, lowest, highest)
    originals = _originals(path)
    files, true_files = image_files(images), image_files(references) if references else ()
    paths = tuple(_image_of(name, files, images) for name in ratings.stimuli)
    named = [
        originals[name] or (ratings.references[index] if ratings.references else None)
        for index, name in enumerate(ratings.stimuli)
    ]
    hidden = {name for name in ratings.references if name is not None}
    named = [
        name if name is not None else (own if own in hidden else None)
        for name, own in zip(named, ratings.stimuli, strict=True)
    ]
    found = [
        _reference_of(path, name, true_files, files, references or images)
        for path, name in zip(paths, named, strict=True)
    ]
    contents_are_known = all(reference is not None for reference in found)
    if not contents_are_known and any(found):
        bare = next(name for name, reference in zip(ratings.stimuli, found, strict=True) if reference is None)
        raise InvalidRequestError(f"stimulus {bare!r} has no reference, but others have; give all of them, or none")
    return Study(
        ratings=ratings,
        images=paths,
        references=tuple(found),
        is_reference=tuple(
            own in hidden or own == name or path == reference
            for own, name, path, reference in zip(ratings.stimuli, named, paths, found, strict=True)
        ),
        contents=tuple(
            str(reference) if reference else name for name, reference in zip(ratings.stimuli, found, strict=True)
        ),
        contents_are_known=contents_are_known,
    )


def _read(path: Path, lowest: float, highest: float) -> Ratings:
    try:
        return read_ratings(path, lowest=lowest, highest=highest)
    except UnknownNameError as error:
        raise InvalidRequestError(
            f"{path}: {error}; the column 'reference' is for true images that were rated too, "
            "the column 'original' for those that nobody rated"
        ) from error


def _originals(path: Path) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for line, vote in read_votes(path, ("stimulus",), ("original",)):
        original = vote.get("original") or None
        if found.setdefault(vote["stimulus"], original) != original:
            raise InvalidRequestError(
                f"{path}, line {line}: {vote['stimulus']!r} has the original {original!r} here and "
                f"{found[vote['stimulus']]!r} before"
            )
    return found


def _image_of(name: str, files: Sequence[Path], folder: Path) -> Path:
    fitting = [path for path in files if path.name == name] or [path for path in files if path.stem == name]
    if not fitting:
        raise MissingFileError(f"no image in {folder} is called {name}, with or without its ending")
    if len(fitting) > 1:
        raise InvalidRequestError(
            f"{name} fits {' and '.join(path.name for path in fitting)} in {folder}; write the ending in the table"
        )
    return fitting[0]


def _reference_of(
    path: Path, name: str | None, true_files: Sequence[Path], files: Sequence[Path], folder: Path
) -> Path | None:
    if name is not None:
        is_there = any(name in (each.name, each.stem) for each in true_files)
        return _image_of(name, true_files if is_there else files, folder)
    return reference_by_name(path, true_files, folder) if true_files else None
