"""Which weights a stage keeps."""

from superres.training.keeping import is_better


def test_higher_psnr_takes_the_place_and_an_equal_one_does_not() -> None:
    assert is_better({"psnr": 30.1}, {"psnr": 30.0}, keep="psnr", figure="psnr")
    assert not is_better({"psnr": 30.0}, {"psnr": 30.0}, keep="psnr", figure="psnr")


def test_lower_distance_takes_the_place() -> None:
    assert is_better({"lpips": 0.1}, {"lpips": 0.2}, keep="lpips", figure="lpips")
    assert not is_better({"lpips": 0.2}, {"lpips": 0.1}, keep="lpips", figure="lpips")


def test_last_takes_the_place_whatever_it_reaches() -> None:
    assert is_better({"psnr": 20.0}, {"psnr": 30.0}, keep="last", figure="psnr")
