"""Which files can be read and written."""

from importlib.util import find_spec

from superres.image.codecs import Codec, codecs


def test_all_kinds_that_are_promised_are_there() -> None:
    both = Codec(is_read=True, is_written=True)
    expected = dict.fromkeys(("PNG", "JPEG", "WebP", "TIFF", "AVIF", "GIF"), both)
    heic = Codec(is_read=find_spec("pillow_heif") is not None, is_written=False)
    read = dict.fromkeys(("BMP", "PNM", "TGA", "DDS", "JPEG 2000"), Codec(is_read=True, is_written=False))
    assert codecs() == {**expected, "HEIC": heic, **read}
