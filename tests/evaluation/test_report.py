"""The report of a table: one page."""

from base64 import b64decode
from collections.abc import Sequence
from html.parser import HTMLParser
from math import inf
from pathlib import Path

import numpy as np
import pytest
from samples.pictures import noise
from samples.tables import NETWORK, full_table, published, row, table

from superres.evaluation.exhibit import read_exhibit, write_exhibit
from superres.evaluation.report import to_html
from superres.evaluation.store import Store
from superres.evaluation.table import Table

VOID = {"meta", "img", "br", "link", "input"}


class Page(HTMLParser):
    """What a page holds, read without the house's code."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str], list[str]]] = []
        """Name, attributes, and the texts inside."""
        self.unclosed: list[int] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}, []))
        if tag not in VOID:
            self.unclosed.append(len(self.elements) - 1)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}, []))

    def handle_endtag(self, tag: str) -> None:
        assert self.elements[self.unclosed.pop()][0] == tag

    def handle_data(self, data: str) -> None:
        for index in self.unclosed:
            self.elements[index][2].append(data)

    def texts(self, tag: str, kind: str | None = None) -> list[str]:
        """Of elements of a name, and of a class where one is given."""
        return [
            "".join(inner).strip()
            for name, attributes, inner in self.elements
            if name == tag and (kind is None or kind in attributes.get("class", "").split())
        ]

    def sources(self) -> list[str]:
        """Of images."""
        return [attributes["src"] for name, attributes, _ in self.elements if name == "img"]


def page(given: Table, store: Store | None = None, *, exhibits: int = 3) -> Page:
    return Page(to_html(given, store or Store(None), exhibits=exhibits))


def with_exhibits(folder: Path, given: Table, *, keep: Sequence[str] | None = None) -> Store:
    """A store that holds excerpts of every image."""
    store = Store(folder)
    for rows in given.groups():
        for image in rows[0].images if keep is None else keep:
            place = store.exhibit(rows[0].dataset, rows[0].scale, image)
            assert place is not None
            high = noise(12, 16, 3)
            models = [each.model for each in rows]
            write_exhibit(place, high, dict.fromkeys(models, high), dict.fromkeys(models, "f"))
    return store


def test_page_is_well_formed(tmp_path: Path) -> None:
    assert page(full_table(), with_exhibits(tmp_path, full_table())).unclosed == []


def test_page_loads_nothing_and_runs_nothing(tmp_path: Path) -> None:
    found = page(full_table(), with_exhibits(tmp_path, full_table()))
    for tag, attributes, _ in found.elements:
        assert tag not in {"script", "link", "iframe", "object", "embed"}
        assert not any(name.startswith("on") for name in attributes)
        for name in ("src", "href", "xlink:href", "srcset"):
            assert attributes.get(name, "#").startswith(("#", "data:"))
    assert all("url(" not in text and "@import" not in text for text in found.texts("style"))


def test_page_says_what_it_is_about() -> None:
    found = page(full_table())
    assert found.texts("h1") == ["small"]
    assert found.texts("title") == ["small · superres"]
    assert {"Two models.", full_table().caption()} <= set(found.texts("p"))
    assert found.texts("p", "warning") == ["image0 is odd."]
    assert "machine: a desk" in found.texts("p")[-1]


def test_every_model_and_metric_is_named() -> None:
    heads = page(full_table()).texts("th")
    assert {"PSNR [dB] ↑", "SSIM ↑"} <= set(heads)
    names = page(full_table()).texts("td", "name")
    assert any(name.startswith("bicubic") for name in names)
    assert any(name.startswith("ours317 K · 19.7 G · 42 ms · openvino float32") for name in names)


@pytest.mark.parametrize("models", [2, 4])
def test_best_figure_is_the_highest_or_lowest_as_the_metric_wants_it(models: int) -> None:
    # With fewer models than metrics the table is turned; the marks must not turn with it.
    psnr, ssim, gmsd = [30.0, 32.0, 31.0, 29.0], [0.9, 0.7, 0.8, 0.6], [0.03, 0.02, 0.05, 0.04]
    rows = [
        row(f"model{index}", {"psnr": [psnr[index]], "ssim": [ssim[index]], "gmsd": [gmsd[index]]})
        for index in range(models)
    ]
    assert sorted(page(table(*rows)).texts("td", "best")) == ["0.0200", "0.9000", "32.00"]


def test_figures_that_are_equally_good_are_both_best() -> None:
    rows = [row(model, {"psnr": [value, inf]}) for model, value in (("a", inf), ("b", inf), ("c", 30.0))]
    assert page(table(*rows)).texts("td", "best") == ["inf"] * 3
    rows = [row(model, {"psnr": [value]}) for model, value in (("a", 31.0), ("b", 31.0), ("c", 30.0))]
    assert page(table(*rows)).texts("td", "best") == ["31.00", "31.00"]


def test_only_figure_of_a_set_is_not_called_best() -> None:
    assert page(table(row("ours", {"psnr": [30.0]}))).texts("td", "best") == []


def test_differences_that_chance_hardly_gives_are_marked() -> None:
    first, second = {"psnr": [31.0 + 0.1 * step for step in range(6)]}, {"psnr": [30.0] * 6}
    marked = page(table(row("a", first), row("b", second))).texts("td", "best")
    assert any(text.startswith("+1.250") for text in marked)
    # With five images p is 0.0625 at least.
    assert not any(text.startswith("-") for text in page(full_table()).texts("td", "best"))


def test_published_figures_beyond_the_tolerance_are_marked() -> None:
    found = page(full_table())
    assert found.texts("td", "off") == ["-0.05000not within 0.001"]
    assert any("within 0.02" in text for text in found.texts("td"))
    assert any("Someone, table 1" in text for text in found.texts("td"))


def test_every_image_has_its_figures() -> None:
    cells = page(full_table()).texts("td")
    assert all(f"image{index}" in cells for index in range(5))
    assert {"28.00", "35.00", "38.00"} <= set(cells)


def test_small_sets_are_said_to_show_little() -> None:
    assert any(
        "With the 5 images of Set the smallest possible p is 0.0625." in text for text in page(full_table()).texts("p")
    )


HOSTILE = '<b>&amp;"x" \'</b>'


def test_signs_of_markup_in_names_stay_text() -> None:
    values = {"psnr": [30.0]}
    given = table(
        row(HOSTILE, values, dataset=HOSTILE, expense=NETWORK),
        row("b", values, dataset=HOSTILE, expense=NETWORK),
        row("ours", values),
        name=HOSTILE,
        about=HOSTILE,
        warnings=(HOSTILE,),
        published=(published({"psnr": 30.0}, source=HOSTILE),),
        environment={HOSTILE: HOSTILE},
    )
    text = to_html(given, Store(None), exhibits=0)
    assert HOSTILE not in text
    assert "<b>&" not in text
    found = Page(text)
    assert found.texts("h1") == [HOSTILE]
    assert f"{HOSTILE} ×4" in found.texts("summary")
    assert found.unclosed == []


def test_signs_of_markup_in_names_of_images_stay_inside_their_attributes(tmp_path: Path) -> None:
    given = full_table()
    for each in given.rows:
        assert isinstance(each.images, dict)
        each.images['a" onload="x'] = {"psnr": 30.0, "ssim": 0.9}
    found = page(given, with_exhibits(tmp_path, given), exhibits=6)
    names = [attributes["alt"] for tag, attributes, _ in found.elements if tag == "img"]
    assert 'a" onload="x, whole' in names
    assert not any("onload" in attributes for _, attributes, _ in found.elements)


def test_exhibits_are_inside_the_page(tmp_path: Path) -> None:
    given = full_table()
    store = with_exhibits(tmp_path, given)
    sources = page(given, store, exhibits=1).sources()
    assert len(sources) == 2 * (2 + 2 * 2)  # scales × (whole and crop of the reference, crop and map of each model)
    assert {source.split(",")[0] for source in sources} == {"data:image/webp;base64", "data:image/png;base64"}
    place = store.exhibit("Set", 2.0, "image4")
    exhibit = None if place is None else read_exhibit(place)
    assert exhibit is not None
    assert b64decode(sources[0].split(",")[1]) == exhibit.picture.read_bytes()
    assert b64decode(sources[2].split(",")[1]) == exhibit.crop_of("bicubic").read_bytes()


def test_exhibits_have_the_figure_of_their_image(tmp_path: Path) -> None:
    captions = page(full_table(), with_exhibits(tmp_path, full_table()), exhibits=1).texts("figcaption")
    assert captions == ["reference"] * 2 + ["bicubic 35.00", "ours 38.00"] + ["reference"] * 2 + [
        "bicubic 32.00",
        "ours 35.00",
    ]


def plates(found: Page) -> list[str]:
    return [text.split(" · ")[1] for text in found.texts("h3") if " · " in text]


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, []),
        (1, ["image4"]),
        (2, ["image4", "image0"]),
        (3, ["image4", "image2", "image0"]),
        (99, ["image4", "image3", "image2", "image1", "image0"]),
    ],
)
def test_images_shown_go_from_the_largest_to_the_smallest_difference(
    tmp_path: Path, count: int, shown: list[str]
) -> None:
    found = page(full_table(), with_exhibits(tmp_path, full_table()), exhibits=count)
    assert plates(found) == shown * 2
    assert bool(found.sources()) == bool(count)


def test_images_on_which_all_models_are_perfect_come_last(tmp_path: Path) -> None:
    given = table(row("a", {"psnr": [30.0, inf, 33.0]}), row("b", {"psnr": [31.0, inf, 31.0]}))
    assert plates(page(given, with_exhibits(tmp_path, given))) == ["image2", "image0", "image1"]


def test_page_is_whole_without_excerpts(tmp_path: Path) -> None:
    assert page(full_table(), Store(tmp_path)).sources() == []
    assert page(full_table(), Store(None)).sources() == []
    assert len(plates(page(full_table(), with_exhibits(tmp_path, full_table(), keep=["image4"])))) == 2


def test_models_with_costs_are_drawn_by_macs_and_by_time() -> None:
    rows = [row(model, {"psnr": [30.0]}, expense=NETWORK) for model in ("a", "b")]
    texts = page(table(*rows)).texts("text")
    assert {"MACs at 1280×720 [G]", "time of one image [ms]", "PSNR [dB] ↑"} <= set(texts)


def test_single_cost_is_not_drawn() -> None:
    assert page(full_table()).texts("svg") == []


def test_crop_frame_lies_where_the_exhibit_says(tmp_path: Path) -> None:
    given = table(row("a", {"psnr": [30.0]}))
    place = Store(tmp_path).exhibit("Set", 4.0, "image0")
    assert place is not None
    high = noise(120, 192, 3)
    answer = high.copy()
    answer[24:, 96:] ^= np.uint8(64)
    write_exhibit(place, high, {"a": answer}, {"a": "f"})
    (style,) = (attributes["style"] for tag, attributes, _ in page(given, Store(tmp_path)).elements if tag == "span")
    found = {name: float(share.rstrip("%")) for name, share in (part.split(":") for part in style.split(";"))}
    assert found == {"left": 50.0, "top": 20.0, "width": 50.0, "height": 80.0}
