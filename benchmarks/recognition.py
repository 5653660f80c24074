"""Can text be read after it was restored? Character error rates of rendered, distorted and photographed pages.

    pip download page-dewarp==0.1.0 --no-deps --no-binary :all: && tar xf page_dewarp-0.1.0.tar.gz
    python benchmarks/recognition.py [--photographs page_dewarp-0.1.0/example_input]
                                     [--output benchmarks/results/recognition.json]

Needs the extra `ocr`. SUPERRES_DATA names the folder with the authors' weights. Three conditions:

- rendered: random words in Pillow's own typeface (Aileron), dark on light and light on dark;
- simulated camera: the same pages after perspective, uneven light, blur, noise and JPEG, see `photographed`;
- photographed: seven paragraphs of a cook book of 1896, from two telephone photographs in the sources of
  page-dewarp 0.1.0 (MIT), with the text as a person reads it.

All are read at the same sizes, none of which was chosen by a result: capitals of 4, 5, 6, 8 and 10 pixels in the
reduced image. The photographs have capitals of about 40 pixels and are reduced beforehand for the smaller sizes.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from superres.evaluation.recognition import Reading, ReadingRow, Recognition, recognise
from superres.evaluation.subject import Subject, subjects
from superres.image.files import read_picture
from superres.image.resize import resize_integers
from superres.metrics.task.characters import TextErrors
from superres.metrics.task.recogniser import PageReader
from superres.training.folders import data_folder

Pixels = NDArray[np.uint8]

CAPITALS = (4, 5, 6, 8, 10)
"""Heights [pixels] in the reduced image."""
CAPITAL_OF_PHOTOGRAPHS = 40
MODELS = {2: ("rlfn_compact_x2", "rlfn_s_x2.pth"), 4: ("rlfn_compact_x4", "rlfn_x4.pth", "rlfn_ntire_x4.pth")}
"""Ours, and the authors'."""
PAGES = 10
LINES = 8
LETTERS = 22
"""Of a line, at most."""
INKS = (("#101010", "#fafafa"), ("#f0f0f0", "#202830"), ("#1c2f6b", "#efe6d2"), ("#ffe9a8", "#5a1f1f"))
"""Letters and paper, in turn."""
WORDS = """
    able anchor answer apple autumn balance basket beneath bridge bright bucket candle carbon castle centre chalk
    circle clever cloud copper corner cotton daily danger desert distant double dozen eagle eastern effort eight
    engine equal evening fabric famous feather figure finger flower forest fragile garden gentle glass gravel harbour
    harvest heavy hidden honest hundred iron island jacket journey juice kettle kitchen knight ladder lantern lemon
    letter liquid little machine maple marble market meadow mirror modern morning narrow needle nickel number object
    orange ordinary oxygen packet paper pencil pepper picture planet pocket purple quarter quick quiet rabbit railway
    reason river rough saddle sample season shadow silver simple sixty smooth square stable storm sugar summer table
    thick thunder timber tunnel twelve useful valley velvet village violet voice wagon water weather window winter
    wooden yellow young zebra zigzag
"""

STRIPS = 24
REACH = 12
"""Largest step [pixels] of a line from strip to strip."""

PARAGRAPHS = {
    ("boston_cooking_a", (501, 291, 2096, 1034)): """
        Gravy
        Pour off liquid in pan in which chicken has been roasted. From liquid skim off four tablespoons fat; return
        fat to pan, and brown with four tablespoons flour; add two cups stock in which giblets, neck, and tips of
        wings have been cooked. Cook five minutes, season with salt and pepper, then strain. The remaining fat may be
        used, in place of butter, for fry- ing potatoes, or for basting when roasting another chicken.
        For Giblet Gravy, add to the above, giblets (heart, liver, and gizzard) finely chopped.""",
    ("boston_cooking_a", (489, 1041, 2096, 1908)): """
        Braised Chicken
        Dress, clean, and truss a four-pound fowl. Try out two slices fat salt pork cut one-fourth inch thick; remove
        scraps, and add to fat five slices carrot cut in small cubes, one- half sliced onion, two sprigs thyme, one
        sprig parsley, and one bay leaf, then cook ten minutes; add two tablespoons butter, and fry fowl, turning
        often until surface is well browned. Place on trivet in a deep pan, pour over fat, and add two cups boiling
        water or Chicken Stock. Cover, and bake in slow oven until tender, basting often, and adding more water if
        needed. Serve with a sauce made from stock in pan, first straining and removing the fat.""",
    ("boston_cooking_a", (450, 1916, 2096, 3014)): """
        Chicken Fricassee
        Dress, clean, and cut up a fowl. Put in a kettle, cover with boiling water, and cook slowly until tender,
        adding salt to water when chicken is about half done. Remove from water, sprinkle with salt and pepper, dredge
        with flour, and sauté in butter or pork fat. Arrange chicken on pieces of dry toast placed on a hot platter,
        having wings and second joints opposite each other, breast in centre of platter, and drumsticks crossed just
        below second joints. Pour around White or Brown Sauce. Reduce stock to two cups, strain, and remove the fat.
        Melt three table- spoons butter, add four tablespoons flour, and pour on gradually one and one-half cups
        stock. Just before serv- ing, add one-half cup cream, and salt and pepper to taste;""",
    ("boston_cooking_b", (347, 805, 1967, 1034)): """
        Fried chicken is prepared and cooked same as Chicken Fricassee, with Brown Sauce, chicken always being used,
        never fowl.""",
    ("boston_cooking_b", (347, 1049, 1967, 1671)): """
        Fried Chicken (Southern Style)
        Clean, singe, and cut in pieces for serving, two young chickens. Plunge in cold water, drain but do not wipe.
        Sprinkle with salt and pepper, and coat thickly with flour, having as much flour adhere to chicken as
        possible. Try out one pound fat salt pork cut in pieces, and cook chicken slowly in fat until tender and well
        browned. Serve with White Sauce made of half milk and half cream.""",
    ("boston_cooking_b", (347, 1684, 1980, 2227)): """
        Maryland Chicken
        Dress, clean, and cut up two young chickens. Sprinkle with salt and pepper, dip in flour, egg, and soft
        crumbs, place in a well-greased dripping-pan, and bake thirty minutes in a hot oven, basting after first five
        minutes of cooking with one-third cup melted butter. Arrange on platter and pour over two cups Cream Sauce.""",
    ("boston_cooking_b", (347, 2232, 1993, 3101)): """
        Blanketed Chicken
        Split and clean two broilers. Place in dripping-pan and sprinkle with salt, pepper, two tablespoons green
        pepper finely chopped, and one tablespoon chives finely cut. Cover with strips of bacon thinly cut, and bake
        in a hot oven until chicken is tender. Remove to serving dish and pour around the following sauce:
        To three tablespoons fat, taken from dripping-pan, add four tablespoons flour and one and one-half cups thin
        cream, or half chicken stock and half cream may be used. Season with salt and pepper.""",
}
"""Photograph and box (left, top, right, bottom, upright) of each paragraph that a rectangle can hold, with its text.

A word that the page divides at the end of a line is divided here too.
"""


@dataclass(frozen=True, slots=True)
class Page:
    """An image and what it says."""

    pixels: Pixels
    text: str


def written(random: Random) -> list[str]:
    """Lines of random words, every seventh one a number."""
    lines: list[str] = []
    words = WORDS.split()
    for _ in range(LINES):
        line = ""
        while True:
            word = str(random.randint(10, 9999)) if random.random() < 1 / 7 else random.choice(words)
            if len(line) + 1 + len(word) > LETTERS:
                break
            line = f"{line} {word}".strip()
        lines.append(line)
    return lines


def typeface(capital: int) -> Any:
    """Pillow's own, in the size whose H is so high [pixels]."""
    sizes = (ImageFont.load_default(size=size) for size in range(4, 200))
    return next(font for font in sizes if height_of("H", font) >= capital)


def height_of(text: str, font: Any) -> int:
    """Of the ink."""
    _, top, _, bottom = font.getbbox(text)
    return bottom - top


def rendered(capital: int, number: int) -> Page:
    """A page with capitals of this height [pixels]; the same number gives the same words."""
    lines = written(Random(number))
    font = typeface(capital)
    ink, paper = INKS[number % len(INKS)]
    width = 2 * capital + max(round(font.getlength(line)) for line in lines)
    step = 2.2 * capital
    image = Image.new("RGB", (width, round(step * LINES + 2 * capital)), paper)
    draw = ImageDraw.Draw(image)
    for index, line in enumerate(lines):
        draw.text((capital, round(capital + step * index)), line, fill=ink, font=font)
    return Page(np.asarray(image), "\n".join(lines))


def photographed(page: Page, capital: int, number: int) -> Page:
    """As a telephone might see it: corners off by up to 4 % of the width, uneven light, optics, sensor, JPEG.

    The page fills 1/1.12 of the frame, and the light falls from 100 % to 60 % of it across. The optics blur by a
    Gaussian of 1/24 of the capitals' height, the sensor counts 4000 electrons at white, JPEG has quality 90.
    """
    draws = np.random.default_rng(number)
    height, width = page.pixels.shape[:2]
    image = Image.fromarray(page.pixels)
    margin = 0.06 * width
    corners = np.array([(-1, -1), (-1, 1), (1, 1), (1, -1)]) * margin + np.array(
        [(0, 0), (0, height), (width, height), (width, 0)]
    )
    corners = corners + draws.uniform(-0.04, 0.04, (4, 2)) * width
    paper = image.getpixel((0, 0))
    quad = [float(value) for value in corners.flatten()]
    image = image.transform(image.size, Image.Transform.QUAD, quad, Image.Resampling.BICUBIC, fillcolor=paper)
    image = image.filter(ImageFilter.GaussianBlur(capital / 24))
    across = np.linspace(0, 1, width)[None, :] * draws.choice([-1, 1]) + np.linspace(0, 1, height)[:, None]
    light = 0.6 + 0.4 * (across - across.min()) / np.ptp(across)
    electrons = draws.poisson((np.asarray(image) / 255) ** 2.2 * light[..., None] * 4000)
    seen = np.rint(255 * np.minimum(electrons / 4000, 1) ** (1 / 2.2)).astype(np.uint8)
    file = BytesIO()
    Image.fromarray(seen).save(file, "JPEG", quality=90)
    return Page(np.asarray(Image.open(file)), page.text)


def paragraphs(folder: Path, capital: int) -> Iterator[Page]:
    """The photographs' paragraphs, level, reduced to capitals of this height [pixels]."""
    for (name, (left, top, right, bottom)), text in PARAGRAPHS.items():
        pixels = straightened(np.asarray(read_picture(folder / f"{name}.jpg").pixels, np.uint8)[top:bottom, left:right])
        height, width = (round(side * capital / CAPITAL_OF_PHOTOGRAPHS) for side in pixels.shape[:2])
        yield Page(resize_integers(pixels, size=(height, width)), text)


def straightened(pixels: Pixels) -> Pixels:
    """Lines made level: whole columns move up or down by whole pixels, so that every value is the camera's.

    The pages are bent, and the reader's search for lines, which nothing here is about, fails on bent lines. How far
    a strip has to move is where its rows' ink fits best on that of the strip before it.
    """
    width = pixels.shape[1]
    edges = np.linspace(0, width, STRIPS + 1).astype(int)
    ink = [-pixels[:, left:right].mean(axis=(1, 2)) for left, right in pairwise(edges)]
    steps = [0, *(_step(before, after) for before, after in pairwise(ink))]
    centres = (edges[:-1] + edges[1:]) / 2 / width
    curve = np.polynomial.Polynomial.fit(centres, np.cumsum(steps), 3)
    drops = np.rint(curve((np.arange(width) + 0.5) / width) - curve(0.5)).astype(int)
    rows = np.arange(len(pixels))[:, None] + drops
    return pixels[rows.clip(0, len(pixels) - 1), np.arange(width)]


def _step(before: NDArray[np.float64], after: NDArray[np.float64]) -> int:
    """By how many rows the second profile lies lower."""
    inner = slice(REACH, len(before) - REACH)
    fits = {step: np.corrcoef(before[inner], np.roll(after, -step)[inner])[0, 1] for step in range(-REACH, REACH + 1)}
    return max(fits, key=lambda step: fits[step])


def judged(scale: int) -> tuple[Subject, ...]:
    """Bicubic, ours, and the authors' at a scale."""
    official = data_folder("weights/rlfn")
    names = [str(official / name) if name.endswith(".pth") else name for name in MODELS[scale]]
    return subjects(["bicubic", *names], (scale,), "float32")


def measured(pages: list[Page], scale: int, reader: PageReader, name: str) -> Recognition:
    """Read the pages, by the way that `superres recognise` goes."""
    with TemporaryDirectory() as place:
        folder = Path(place)
        with (folder / "truth.csv").open("w", encoding="utf-8", newline="") as table:
            rows = csv.writer(table)
            rows.writerow(("image", "text"))
            for number, page in enumerate(pages):
                Image.fromarray(page.pixels).save(folder / f"{number:03}.png")
                rows.writerow((f"{number:03}.png", page.text))
        found = recognise(folder, judged(scale), reader, recogniser_name=reader.name)
    for row in found.rows:
        print(f"{name:24} ×{scale} {Path(row.model).stem:16} {100 * row.character_error_rate():6.2f} %", flush=True)
    return found


def joined(tables: list[Recognition]) -> dict[str, Any]:
    """Sizes of a condition together: error rates with intervals, and their difference from bicubic."""
    rows = [_joined_row([table.rows[index] for table in tables]) for index in range(len(tables[0].rows))]
    bicubic = rows[1]
    return {Path(row.model).stem: figures(row, bicubic) for row in rows}


def _joined_row(rows: list[ReadingRow]) -> ReadingRow:
    """A page's sizes count as one image: they say the same, and fail together."""
    images = {name: _summed([row.images[name] for row in rows]) for name in rows[0].images}
    return ReadingRow(model=rows[0].model, scale=rows[0].scale, engine=rows[0].engine, images=images)


def _summed(readings: list[Reading]) -> Reading:
    errors = [reading.errors for reading in readings]
    return Reading(
        text="\n".join(reading.text for reading in readings),
        errors=TextErrors(
            character_edits=sum(each.character_edits for each in errors),
            characters=sum(each.characters for each in errors),
            word_edits=sum(each.word_edits for each in errors),
            words=sum(each.words for each in errors),
        ),
    )


def figures(row: ReadingRow, bicubic: ReadingRow) -> dict[str, Any]:
    """Percent."""
    difference, interval = row.difference(bicubic)
    return {
        "cer": _percent(row.character_error_rate()),
        "interval": [_percent(end) for end in row.interval() or ()],
        "less_bicubic": _percent(difference),
        "less_bicubic_interval": [_percent(end) for end in interval or ()],
        "wer": _percent(row.word_error_rate()),
        "characters": sum(reading.errors.characters for reading in row.images.values()),
    }


def _percent(share: float) -> float:
    return round(100 * share, 2)


def condition(sizes: dict[int, list[Page]], scale: int, reader: PageReader, name: str) -> dict[str, Any]:
    """A condition at a scale: each size, and together."""
    tables = {size: measured(pages, scale, reader, f"{name}, {size} px") for size, pages in sizes.items()}
    each = {f"{size} px": joined([table]) for size, table in tables.items()}
    return each | {"all sizes": joined(list(tables.values()))}


def conditions(scale: int, photographs: Path | None) -> dict[str, dict[int, list[Page]]]:
    """Pages of every condition by their capitals' heights in the reduced image."""
    plain = {size: [rendered(size * scale, number) for number in range(PAGES)] for size in CAPITALS}
    taken = {
        size: [photographed(page, size * scale, number) for number, page in enumerate(pages)]
        for size, pages in plain.items()
    }
    found = {"rendered": plain, "simulated camera": taken}
    if photographs:
        found["photographed"] = {size: list(paragraphs(photographs, size * scale)) for size in CAPITALS}
    return found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--photographs", type=Path)
    arguments.add_argument("--output", type=Path)
    asked = arguments.parse_args()
    reader = PageReader()
    result: dict[str, Any] = {
        "recogniser": reader.name,
        "unit": "percent of the true characters or words; sizes are heights of capitals in the reduced image",
    }
    for scale in MODELS:
        found = conditions(scale, asked.photographs)
        result[f"x{scale}"] = {name: condition(sizes, scale, reader, name) for name, sizes in found.items()}
    text = json.dumps(result, indent=2)
    if asked.output:
        asked.output.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
