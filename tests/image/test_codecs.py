"""Which files can be read and written."""

from superres.image.codecs import Codec, codecs


def test_all_kinds_that_are_promised_are_there() -> None:
    both = Codec(is_read=True, is_written=True)
    expected = dict.fromkeys(("PNG", "JPEG", "WebP", "TIFF", "AVIF"), both)
    assert codecs() == {**expected, "GIF": Codec(is_read=True, is_written=False)}
