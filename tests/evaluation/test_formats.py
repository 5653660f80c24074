"""Tables as CSV and Markdown."""

import csv
import io
from dataclasses import replace
from math import inf

import pytest
from samples.tables import full_table, published, row, table

from superres.evaluation.formats import (
    expense_texts,
    few_images,
    headed,
    interval_text,
    probability_text,
    to_csv,
    to_markdown,
    value_text,
)
from superres.evaluation.significance import Interval
from superres.evaluation.table import Row

SEPARATOR = "---"


def grids(markdown: str) -> list[list[list[str]]]:
    """Cells of every line of every table."""
    blocks = [block.splitlines() for block in markdown.split("\n\n") if block.startswith("| ")]
    return [[line.replace("\\|", "¦").strip("|").split("|") for line in block] for block in blocks]


def test_csv_reads_back_to_the_exact_figures() -> None:
    values = {"psnr": [0.1 + 0.2, 1 / 3, inf], "ssim": [0.9, 1e-17, 1.0]}
    text = to_csv(table(row('a "b", c', values, scale=2.5), row("d", values)))
    lines = list(csv.DictReader(io.StringIO(text)))
    assert list(lines[0]) == ["dataset", "scale", "model", "image", "psnr", "ssim"]
    assert [line["model"] for line in lines] == ['a "b", c'] * 3 + ["d"] * 3
    assert [line["image"] for line in lines] == ["image0", "image1", "image2"] * 2
    assert [float(line["scale"]) for line in lines] == [2.5] * 3 + [4] * 3
    for name, column in values.items():
        assert [float(line[name]) for line in lines] == column * 2


def test_markdown_has_a_table_of_figures_scales_published_and_differences() -> None:
    markdown = to_markdown(full_table())
    figures, scales, printed, differences = grids(markdown)
    assert markdown.startswith("# small\n\nTwo models.\n\n| set | scale | model | PSNR [dB] ↑ | SSIM ↑ |")
    assert len(figures) == 2 + 4
    assert len(scales) == 2 + 2
    assert len(printed) == 2 + 2
    assert len(differences) == 2 + 4
    assert "Warning: image0 is odd." in markdown
    assert full_table().caption() in markdown


def test_every_line_of_a_table_has_a_cell_for_every_head() -> None:
    for grid in grids(to_markdown(full_table())):
        assert {len(line) for line in grid} == {len(grid[0])}
        assert {cell.strip() for cell in grid[1]} == {SEPARATOR}


def test_sign_of_a_cells_end_inside_a_text_does_not_end_it() -> None:
    given = published({"psnr": 30.0}, source="Us | them,\ntable 2")
    grid = grids(to_markdown(table(row("ours", {"psnr": [30.0]}), published=[given])))[-1]
    assert {len(line) for line in grid} == {9}
    assert "Us ¦ them, table 2" in grid[2][8]


def test_markdown_prints_the_means() -> None:
    lines = [[cell.strip() for cell in line] for line in grids(to_markdown(full_table()))[0][2:]]
    assert [line[:3] for line in lines] == [
        ["Set", f"×{scale}", model] for scale in (2, 4) for model in ("bicubic", "ours")
    ]
    assert [line[3].split()[0] for line in lines] == ["33.00", "35.00", "30.00", "32.00"]
    assert [line[4].split()[0] for line in lines] == ["0.8500", "0.9500", "0.8000", "0.9000"]
    assert lines[0][5:] == ["", "", ""]
    assert lines[1][5:] == ["317 K", "19.7 G", "42 ms"]


def test_markdown_says_how_far_published_figures_are() -> None:
    lines = [[cell.strip() for cell in line] for line in grids(to_markdown(full_table()))[2][2:]]
    assert lines[0] == ["Set", "×4", "ours", "PSNR", "32.01", "32.00", "-0.010", "within 0.02", "Someone, table 1"]
    assert lines[1][4:8] == ["0.95", "0.9000", "-0.05000", "not within 0.001"]


def test_markdown_of_a_single_row_has_nothing_but_the_figures() -> None:
    markdown = to_markdown(table(row("ours", {"psnr": [30.0, 31.0]})))
    (figures,) = grids(markdown)
    assert [cell.strip() for cell in figures[0]] == ["set", "scale", "model", "PSNR [dB] ↑"]
    assert "## " not in markdown
    assert "p:" not in markdown
    assert markdown.endswith(".\n")


def test_column_of_costs_stands_only_where_something_is_known() -> None:
    rows = full_table().rows
    untimed = [replace(each, expense=each.expense and replace(each.expense, latency=None)) for each in rows]
    heads = [cell.strip() for cell in grids(to_markdown(table(*untimed)))[0][0]]
    assert heads[5:] == ["parameters", "MACs"]


@pytest.mark.parametrize(("name", "text"), [("psnr", "PSNR [dB] ↑"), ("ssim", "SSIM ↑"), ("gmsd", "GMSD ↓")])
def test_heading_says_unit_and_direction(name: str, text: str) -> None:
    assert headed(name) == text


@pytest.mark.parametrize(
    ("name", "value", "plain", "signed"),
    [
        ("psnr", 32.236, "32.24", "+32.236"),
        ("psnr", -0.0125, "-0.01", "-0.013"),
        ("ssim", 0.89604, "0.8960", "+0.89604"),
        ("psnr", inf, "inf", "+inf"),
    ],
)
def test_decibels_have_two_digits_and_others_four_and_differences_one_more(
    name: str, value: float, plain: str, signed: str
) -> None:
    assert value_text(name, value) == plain
    # 0.0125 lies between two floats: either rounding of its last digit is right.
    assert value_text(name, value, signed=True) in {signed, signed.replace("013", "012")}


def test_interval_has_the_digits_of_its_figure() -> None:
    assert interval_text("psnr", Interval(30.123, 31.0)) == "[30.12, 31.00]"
    assert interval_text("ssim", Interval(-0.01, 0.02), signed=True) == "[-0.01000, +0.02000]"
    assert interval_text("psnr", None) == ""


@pytest.mark.parametrize(
    ("probability", "text"), [(0.0625, "0.062"), (1.0, "1.000"), (0.001, "0.001"), (0.00099, "<0.001")]
)
def test_small_probabilities_are_not_printed_as_zero(probability: float, text: str) -> None:
    assert probability_text(probability) == text


def of_size(count: int, dataset: str = "Set") -> Row:
    return row("ours", {"psnr": [30.0] * count}, dataset=dataset)


def test_small_sets_are_said_to_show_little() -> None:
    assert few_images(table(of_size(5, "Set5"))) == "With the 5 images of Set5 the smallest possible p is 0.0625."
    assert few_images(table(of_size(1, "One"))) == "With the 1 image of One the smallest possible p is 1."


def test_sets_of_six_images_and_more_need_no_such_sentence() -> None:
    assert few_images(table(of_size(6), of_size(14, "Set14"))) == ""
    assert few_images(table(of_size(14, "Set14"), of_size(4))).startswith("With the 4 images of Set the")


def test_unknown_costs_are_left_empty() -> None:
    assert expense_texts(of_size(1)) == ("", "", "")
