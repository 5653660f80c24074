"""`superres data`: training images checked, packed, degraded on purpose or as learned, and pages of text rendered."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from superres.apps.cli.console import complain, print_json, progress_bar, report

if TYPE_CHECKING:
    from superres.data.inspection.inspection import Finding, Inspection

TEST_SETS = ("testsets/Set5", "testsets/Set14", "validation/Kodak24")
"""Below $SUPERRES_DATA; what must not be trained on."""
SHOWN = 5
"""Names of files that are printed of each finding; --json has all."""

data = typer.Typer(help="Training images: checked, packed, degraded on purpose, rendered.")
Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Of images.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@data.command()
def check(
    folders: Annotated[list[Path], typer.Argument(metavar="FOLDER...", help="Of images; all are taken for one set.")],
    *,
    scale: Annotated[int, typer.Option("--scale", "-s", min=1, help="That is to be trained.")] = 4,
    patch_size: Annotated[int, typer.Option(min=1, help="Side of the high-resolution patches, in pixels.")] = 128,
    against: Annotated[
        list[Path] | None,
        typer.Option(
            help="A folder of test images that must not be among these; several by repeating the option.",
            show_default="Set5, Set14 and Kodak24 below $SUPERRES_DATA, where they are",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Find what a training stumbles over; exit code 1 where something must be mended."""
    from superres.data.inspection.inspection import inspect_folders

    with progress_bar() as show:
        found = inspect_folders(
            folders,
            scale=scale,
            patch_size=patch_size,
            against=_test_sets(folders, against),
            watch=lambda what, done, total: show(what, done, total, ""),
        )
    if as_json:
        print_json({**asdict(found), "must_be_mended": found.must_be_mended})
    else:
        _print(found)
    if found.must_be_mended:
        raise typer.Exit(1)


@data.command()
def pack(
    folders: Annotated[list[Path], typer.Argument(metavar="FOLDER...", help="Of images; all become one set.")],
    *,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="Where packed sets are kept; a run in runs/NAME looks in runs/packed."),
    ],
    scales: Annotated[
        str,
        typer.Option(help="Reductions to hold, with commas between them; none for degradations other than bicubic."),
    ] = "2,3,4",
    also_at: Annotated[
        list[float] | None,
        typer.Option(help="A share of its size at which each image is held too; several by repeating the option."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Decode images into one memory map with their bicubic reductions, as a training does before its first step."""
    from superres.data.datasets.packed import pack as pack_images

    wanted = _scales(scales)
    found = pack_images(folders, output, wanted, also_at=also_at or [])
    pixels = sum(height * width for height, width in (found.size(index) for index in range(len(found))))
    place = output / found.content_hash[:16]
    size = (place / "pixels.bin").stat().st_size
    if as_json:
        facts = {"images": len(found), "pixels": pixels, "bytes": size, "scales": wanted, "sha256": found.content_hash}
        print_json({"folder": str(place), **facts})
        return
    typer.echo(
        f"{place}: {len(found)} images of {pixels / 1e6:.1f} megapixels, "
        f"with reductions {', '.join(f'×{scale}' for scale in wanted) or 'at no scale'}, {size / 1e6:.0f} MB"
    )


@data.command()
def degrade(
    folder: Folder,
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder for the low-resolution images and the record.")
    ],
    preset: Annotated[
        str | None, typer.Option(help="bicubic, blur-down, down-noise or camera.", show_default="camera")
    ] = None,
    scale: Annotated[
        int | None, typer.Option("--scale", "-s", min=1, help="Divides the sides.", show_default="4")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Of what is drawn for each image.", show_default="0")] = None,
    replay: Annotated[
        Path | None, typer.Option(help="A record; degrade as it says, in place of preset, scale and seed.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace existing files.")] = False,
    as_json: Json = False,
) -> None:
    """Make low-resolution images, and a record from which they can be made again.

    In a folder such as SET/LR_camera/X4 beside SET/HR they are a benchmark, which evaluate takes.
    """
    from superres.data.datasets.degraded import RECORD, degrade_folder, read_record, replay_folder
    from superres.errors import InvalidRequestError

    if replay is not None and any(value is not None for value in (preset, scale, seed)):
        raise InvalidRequestError("a record says preset, scale and seed by itself; leave them out, or --replay")
    with progress_bar() as show:

        def watch(what: str, done: int, total: int) -> None:
            show(what, done, total, "")

        if replay is not None:
            made = replay_folder(folder, output, read_record(replay), overwrite=overwrite, watch=watch)
        else:
            made = degrade_folder(
                folder,
                output,
                preset_name=preset or "camera",
                scale=4 if scale is None else scale,
                seed=seed or 0,
                overwrite=overwrite,
                watch=watch,
            )
    if as_json:
        print_json(asdict(made))
    report(f"{output}: {len(made.images)} images, {made.preset} ×{made.scale}, seed {made.seed}; {RECORD} replays them")


@data.command()
def reduce(
    folder: Folder,
    *,
    resampler: Annotated[
        Path, typer.Option(help="What a training with [stages.resampling] left: stages/NAME.resampler.safetensors.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the small images.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace existing files.")] = False,
    as_json: Json = False,
) -> None:
    """Make small images as a training has learned to, for the network that learned with it to enlarge."""
    from superres.inference.reduction import reduce_folder

    with progress_bar() as show:
        made = reduce_folder(
            folder,
            output,
            resampler=resampler,
            overwrite=overwrite,
            watch=lambda what, done, total: show(what, done, total, ""),
        )
    if as_json:
        print_json(asdict(made))
    report(f"{output}: reduced by {made.scale}")


@data.command()
def pages(
    output: Annotated[Path, typer.Argument(metavar="OUTPUT", help="Folder for the pages and their record.")],
    *,
    faces: Annotated[
        Path,
        typer.Option(help="Folder of typefaces (.ttf, .otf), searched with all below it; /usr/share/fonts often is."),
    ],
    count: Annotated[int, typer.Option(min=1, help="How many pages.")] = 100,
    side: Annotated[int, typer.Option(min=128, help="Of the square pages, in pixels.")] = 768,
    seed: Annotated[int, typer.Option(min=0, help="Of everything that is drawn.")] = 0,
    text: Annotated[
        Path | None, typer.Option(help="UTF-8 text whose words are set.", show_default="Python's own manual")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace existing pages.")] = False,
    as_json: Json = False,
) -> None:
    """Render pages of text to train on: many typefaces, sizes, colours; as on screens, and as cameras see them."""
    from superres.data.pages.page import RECORD, write_pages

    with progress_bar() as show:
        made = write_pages(
            output,
            faces=faces,
            count=count,
            side=side,
            seed=seed,
            text=text,
            overwrite=overwrite,
            watch=lambda what, done, total: show(what, done, total, ""),
        )
    if as_json:
        print_json(asdict(made))
    megapixels = made.count * made.side**2 / 1e6
    report(
        f"{output}: {made.count} pages of {megapixels:.1f} megapixels in {len(made.faces)} faces; {RECORD} names them"
    )


def _test_sets(folders: list[Path], against: list[Path] | None) -> dict[str, Path]:
    """Folders by name, without those that are checked."""
    root = os.environ.get("SUPERRES_DATA")
    known = [Path(root) / name for name in TEST_SETS] if root else []
    wanted = against if against is not None else [path for path in known if path.is_dir()]
    checked = {place for folder in folders for place in (folder.resolve(), folder.resolve().parent)}
    return {path.name: path for path in wanted if path.resolve() not in checked}


def _scales(text: str) -> list[int]:
    from superres.errors import InvalidRequestError

    names = [name.strip() for name in text.split(",") if name.strip()]
    if not all(name.isdigit() and int(name) > 1 for name in names):
        raise InvalidRequestError(
            f"scales are whole numbers above 1 with commas between them, such as 2,3,4; got {text!r}"
        )
    return sorted({int(name) for name in names})


def _print(found: Inspection) -> None:
    sizes = [f"{width}×{height}" for height, width in (found.smallest, found.largest)]
    sets = ", ".join(found.compared_with)
    comparison = f"compared with {sets}" if sets else "compared with no test set, for --against names none"
    typer.echo(
        f"{', '.join(found.folders)}: {found.images} images of {found.pixels / 1e6:.1f} megapixels, "
        f"from {sizes[0]} to {sizes[1]}; {comparison}"
    )
    for finding in found.findings:
        _print_finding(finding)
    if not found.findings:
        typer.echo("nothing to mend")


def _print_finding(finding: Finding) -> None:
    names = ", ".join(finding.files[:SHOWN]) + (" …" if len(finding.files) > SHOWN else "")
    if finding.must_be_mended:
        complain(f"{finding.sentence} ({names})")
    else:
        typer.echo(f"{finding.sentence} ({names})")
