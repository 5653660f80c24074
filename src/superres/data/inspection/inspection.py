"""Folders of training images inspected: each thing that users stumble over is a sentence and a count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from superres.data.datasets.benchmarks import benchmark_pairs
from superres.data.datasets.rgb import read_rgb
from superres.data.inspection.likeness import Sight, repeated, shared, sight
from superres.data.inspection.look import ALPHA, GREY, PALETTE, PRINT, WIDE, Damage, Look, look
from superres.data.inspection.lossy import TRACED_FROM
from superres.data.inspection.sharpness import EMPTY_BELOW
from superres.image.files import image_files

Watcher = Callable[[str, int, int], None]
"""Called with a file's name, files done, and all files."""

_FATES = {
    GREY: "without colour, which become RGB of three equal planes",
    ALPHA: "with transparency, which is dropped",
    WIDE: "of more than 8 bit, which are rounded to 8",
    PRINT: "in CMYK or Lab, which are converted to sRGB",
    PALETTE: "with a palette, whose few colours may show",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that was found."""

    kind: str
    sentence: str
    files: tuple[str, ...]
    """Names, of pairs with " = " between them."""
    must_be_mended: bool
    """Whether a training would fail, or its figures would not be true."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Inspection:
    """All that was found in folders of training images."""

    folders: tuple[str, ...]
    images: int
    """That can be read."""
    pixels: int
    """Of all of them."""
    smallest: tuple[int, int]
    """Height and width of the image with the shortest side [pixels]; zeros where there is none."""
    largest: tuple[int, int]
    """The same of the image with the most pixels."""
    compared_with: tuple[str, ...]
    """Sets that must not be among the images."""
    findings: tuple[Finding, ...]

    @property
    def must_be_mended(self) -> bool:
        """Whether any finding must."""
        return any(finding.must_be_mended for finding in self.findings)


def inspect_folders(
    folders: Sequence[Path],
    *,
    scale: int,
    patch_size: int,
    against: Mapping[str, Path],
    watch: Watcher | None = None,
) -> Inspection:
    """Read every image once, and say what is odd.

    Args:
        folders: Of training images, which are taken for one set.
        scale: That is to be trained.
        patch_size: Side of the high-resolution patches [pixels].
        against: Folders of test images by name, of which no copy may be among the images: reduced, compressed or with
            its border cropped. Tiles from elsewhere than the middle are not recognised.
        watch: See `Watcher`.

    Raises:
        MissingFileError: If a folder is missing or empty.
        UnreadableFileError: If a test image is damaged.
    """
    paths = {_name(path, folders): path for folder in folders for path in image_files(folder)}
    tests = {f"{name}/{path.stem}": path for name, other in against.items() for path in _images_of(other)}
    total = len(paths) + len(tests)
    looks: list[Look] = []
    damages: list[Damage] = []
    for number, (name, path) in enumerate(paths.items(), start=1):
        seen = look(path, name)
        looks.append(seen) if isinstance(seen, Look) else damages.append(seen)
        if watch is not None:
            watch(name, number, total)
    known: dict[str, Sight] = {}
    for number, (name, path) in enumerate(tests.items(), start=len(paths) + 1):
        known[name] = sight(read_rgb(path))
        if watch is not None:
            watch(name, number, total)
    sizes = sorted((each.height, each.width) for each in looks) or [(0, 0)]
    return Inspection(
        folders=tuple(map(str, folders)),
        images=len(looks),
        pixels=sum(each.height * each.width for each in looks),
        smallest=min(sizes, key=min),
        largest=max(sizes, key=lambda size: size[0] * size[1]),
        compared_with=tuple(against),
        findings=(
            *_of_files(folders, damages),
            *_of_sizes(looks, scale, patch_size),
            *_of_modes(looks),
            *_of_copies(looks),
            *_of_leaks(looks, known),
            *_of_quality(looks),
        ),
    )


def _name(path: Path, folders: Sequence[Path]) -> str:
    """Of a file; with its folder's where there are several."""
    return path.name if len(folders) == 1 else f"{path.parent.name}/{path.name}"


def _images_of(folder: Path) -> Iterator[Path]:
    return (pair.high for pair in benchmark_pairs(folder, 1))


def _of_files(folders: Sequence[Path], damages: Sequence[Damage]) -> Iterator[Finding]:
    if damages:
        first = damages[0].sentence.split(";")[0]
        yield _finding("damaged", f"files that cannot be read (the first {first})", _names(damages), must=True)
    wanted = {path for folder in folders for path in image_files(folder)}
    others = [path for folder in folders for path in sorted(folder.iterdir()) if path not in wanted]
    shown = [path for path in others if not path.name.startswith(".")]
    inside = [_name(path, folders) for path in shown if path.is_dir()]
    if inside:
        yield _finding("folders", "folders inside, which no training looks into", inside)
    files = [_name(path, folders) for path in shown if not path.is_dir()]
    if files:
        yield _finding("other-files", "files of no image format that is read, which are left out", files)


def _of_sizes(looks: Sequence[Look], scale: int, patch_size: int) -> Iterator[Finding]:
    tiny = [each for each in looks if min(each.height, each.width) < scale]
    if tiny:
        yield _finding(
            "tiny", f"images with a side below {scale}, the scale, at which packing stops", _names(tiny), must=True
        )
    small = [each for each in looks if scale <= min(each.height, each.width) < patch_size]
    if small:
        is_all = len(small) + len(tiny) == len(looks)
        sentence = f"images with a side below the patch size of {patch_size}, which are left out of training"
        yield _finding("small", sentence, _names(small), must=is_all)


def _of_modes(looks: Sequence[Look]) -> Iterator[Finding]:
    for kind, fate in _FATES.items():
        found = [each for each in looks if kind in each.peculiarities]
        if found:
            yield _finding(kind, f"images {fate}", _names(found))


def _of_copies(looks: Sequence[Look]) -> Iterator[Finding]:
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for each in looks:
        groups[each.pixels_sha256].append(each.name)
    equal = [f"{names[0]} = {other}" for names in groups.values() for other in names[1:]]
    if equal:
        yield _finding("equal", "images that repeat another pixel by pixel, and count twice", equal)
    near = [
        f"{looks[pair.first].name} = {looks[pair.second].name}"
        for pair in repeated([each.sight for each in looks])
        if looks[pair.first].pixels_sha256 != looks[pair.second].pixels_sha256
    ]
    if near:
        yield _finding("near", "pairs of one picture, at another size or compressed otherwise", near)


def _of_leaks(looks: Sequence[Look], known: Mapping[str, Sight]) -> Iterator[Finding]:
    names = tuple(known)
    found = [
        f"{looks[pair.first].name} = {names[pair.second]}"
        for pair in shared([each.sight for each in looks], tuple(known.values()))
    ]
    if found:
        sentence = "images that show a test image or its middle, so that figures on that set would not be true"
        yield _finding("leak", sentence, found, must=True)


def _of_quality(looks: Sequence[Look]) -> Iterator[Finding]:
    lossy = [each for each in looks if each.jpeg_traces >= TRACED_FROM]
    if lossy:
        yield _finding(
            "lossy", "images with traces of JPEG's blocks, which a network would learn to draw", _names(lossy)
        )
    empty = [each for each in looks if each.spectrum_filling < EMPTY_BELOW]
    if empty:
        yield _finding(
            "enlarged",
            "images that look enlarged or out of focus, for nothing is in their highest octave",
            _names(empty),
        )


def _names(found: Iterable[Look | Damage]) -> list[str]:
    return [each.name for each in found]


def _finding(kind: str, what: str, files: Sequence[str], *, must: bool = False) -> Finding:
    return Finding(kind=kind, sentence=f"{what}: {len(files)}", files=tuple(files), must_be_mended=must)
