"""What encodes a result, and how its pixels are stored."""

from fractions import Fraction
from pathlib import Path

import pytest

from superres.errors import InvalidRequestError, UnknownNameError
from superres.image.video.encoders import ENCODERS, encoder_for, form_for, options_of, working
from superres.image.video.film import Film, Light, Tags

SOFTWARE = ("libx264", "libx265", "libsvtav1", "libvpx-vp9", "ffv1", "prores_ks")


def film(codec: str, form: str = "yuv420p") -> Film:
    return Film(
        height=48,
        width=64,
        codec=codec,
        form=form,
        time_base=Fraction(1, 90000),
        rate=Fraction(25),
        frames=1,
        tags=Tags(),
    )


@pytest.mark.parametrize(
    ("codec", "form", "name", "library"),
    [
        ("h264", "yuv420p", "a.mp4", "libx264"),
        ("hevc", "yuv420p10le", "a.mkv", "libx265"),
        ("av1", "yuv420p", "a.mp4", "libsvtav1"),
        ("vp9", "yuv420p", "a.webm", "libvpx-vp9"),
        ("vp8", "yuv420p", "a.webm", "libvpx-vp9"),
        ("ffv1", "yuv420p", "a.mkv", "ffv1"),
        ("prores", "yuv422p10le", "a.mov", "prores_ks"),
        ("mpeg2video", "yuv420p", "a.mkv", "libx264"),
        ("dnxhd", "yuv422p10le", "a.mov", "libx265"),
        ("png", "rgba", "a.mov", "prores_ks"),
        ("png", "rgba", "a.mkv", "ffv1"),
    ],
)
def test_codec_is_that_of_the_source_or_one_that_holds_as_much(codec: str, form: str, name: str, library: str) -> None:
    assert encoder_for(film(codec, form), Path(name), None).library == library


def test_codec_and_encoder_can_be_named() -> None:
    assert encoder_for(film("h264"), Path("a.mp4"), "hevc").library == "libx265"
    assert encoder_for(film("h264"), Path("a.mp4"), "hevc_nvenc").library == "hevc_nvenc"


def test_unknown_codec_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r"no codec or encoder is called 'h256'; nearest: .*h264"):
        encoder_for(film("h264"), Path("a.mp4"), "h256")


def test_web_film_is_refused_a_codec_that_browsers_do_not_take_in_it() -> None:
    with pytest.raises(InvalidRequestError, match="takes vp9 and av1"):
        encoder_for(film("h264"), Path("a.webm"), "h264")


@pytest.mark.parametrize(
    ("library", "source", "form"),
    [
        ("libx264", "yuv420p", "yuv420p"),
        ("libx264", "yuv422p10le", "yuv422p10le"),
        ("libx264", "yuv444p12le", "yuv444p10le"),
        ("libx264", "gray", "gray"),
        ("libx265", "gbrp", "gbrp"),
        ("libx265", "nv12", "yuv420p"),
        ("libsvtav1", "yuv422p10le", "yuv420p10le"),
        ("libvpx-vp9", "yuva420p", "yuva420p"),
        ("libvpx-vp9", "gray", "yuv420p"),
        ("ffv1", "yuv420p10le", "yuv420p10le"),
        ("prores_ks", "yuva420p", "yuva444p10le"),
    ],
)
def test_pixels_are_stored_as_in_the_source_or_with_as_little_lost_as_can_be(
    library: str, source: str, form: str
) -> None:
    (encoder,) = (each for each in ENCODERS if each.library == library)
    assert form_for(source, encoder) == form


def test_encoders_that_need_no_hardware_work() -> None:
    assert set(SOFTWARE) <= set(working())


@pytest.mark.parametrize(("library", "name"), [("libx264", "crf"), ("libx265", "crf"), ("libsvtav1", "crf")])
def test_more_quality_is_a_smaller_factor(library: str, name: str) -> None:
    (encoder,) = (each for each in ENCODERS if each.library == library)
    low, usual, high = (int(options_of(encoder, quality, None)[name]) for quality in (20, None, 100))
    assert low > usual > high == 0


def test_light_is_told_in_the_units_of_each_encoder() -> None:
    light = Light(
        primaries=((0.708, 0.292), (0.17, 0.797), (0.131, 0.046), (0.3127, 0.329)),
        luminance=(0.005, 1000.0),
        content=(900, 300),
    )
    told = {each.library: options_of(each, None, light) for each in ENCODERS}
    # ITU-T H.265, D.3.28: chromaticities in steps of 0.00002, luminances of 0.0001 cd/m².
    display = "G(8500,39850)B(6550,2300)R(35400,14600)WP(15635,16450)L(10000000,50)"
    assert f"master-display={display}:max-cll=900,300" in told["libx265"]["x265-params"]
    assert told["libx264"]["x264-params"] == f"mastering-display={display}:cll=900,300"
    assert "content-light=900,300" in told["libsvtav1"]["svtav1-params"]
    assert "L(1000.00000,0.00500)" in told["libsvtav1"]["svtav1-params"]


def test_x264_is_kept_from_what_makes_it_encode_otherwise_every_time() -> None:
    (encoder,) = (each for each in ENCODERS if each.library == "libx264")
    assert "x264-params" not in options_of(encoder, None, None)
    assert options_of(encoder, None, None, has_avx512=True)["x264-params"] == "asm=AVX2,FMA3,BMI2"
