"""Sentences about names that nothing answers to."""

import pytest

from superres.errors import unknown_name


@pytest.mark.parametrize(
    ("name", "known", "sentence"),
    [
        ("pnsr", ["ssim", "psnr"], "no metric is called 'pnsr'; nearest: psnr"),
        ("zzz", ["ssim", "psnr"], "no metric is called 'zzz'; known: psnr, ssim"),
        ("zzz", [], "no metric is called 'zzz'; known: none"),
        (
            "zzz",
            [f"m{number:03}" for number in range(160)],
            "no metric is called 'zzz'; 160 are known, such as m000, m020, m040, m060, m080, m100, m120, m140",
        ),
    ],
)
def test_unknown_name_is_answered_with_names_that_would_work(name: str, known: list[str], sentence: str) -> None:
    assert str(unknown_name("metric", name, known)) == sentence
