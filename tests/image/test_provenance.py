"""A note in a picture's XMP of what made it."""

from xml.etree import ElementTree as ET

from superres.image.picture import Metadata
from superres.image.provenance import NAMESPACE, noted, stripped

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:title="T"/>'
    b"</rdf:RDF></x:xmpmeta>"
)


def properties(xmp: bytes | None) -> dict[str, str]:
    """Of all descriptions, as an XML parser reads them."""
    assert xmp is not None
    return {
        name: value
        for description in ET.fromstring(xmp.decode("utf-8-sig")).iter(f"{RDF}Description")
        for name, value in description.attrib.items()
    }


def test_note_is_xmp_of_its_own_where_there_was_none() -> None:
    found = properties(noted(Metadata(), {"model": "rlfn", "scale": "4"}).xmp)
    assert found == {f"{RDF}about": "", f"{{{NAMESPACE}}}model": "rlfn", f"{{{NAMESPACE}}}scale": "4"}


def test_note_leaves_all_other_xmp_as_it_is() -> None:
    made = noted(Metadata(xmp=XMP), {"scale": "4"}).xmp
    assert made is not None
    assert made.startswith(XMP[: XMP.index(b"</rdf:RDF>")])
    assert made.endswith(b"</rdf:RDF></x:xmpmeta>")
    assert properties(made)["{http://purl.org/dc/elements/1.1/}title"] == "T"


def test_second_note_replaces_the_first() -> None:
    once = noted(Metadata(xmp=XMP), {"model": "old", "scale": "2"})
    twice = noted(once, {"model": "new", "scale": "4"})
    assert twice == noted(Metadata(xmp=XMP), {"model": "new", "scale": "4"})


def test_any_name_of_a_model_is_xml() -> None:
    name = """a "b" & <c> 'd' é"""
    assert properties(noted(Metadata(), {"model": name}).xmp)[f"{{{NAMESPACE}}}model"] == name


def test_xmp_that_is_not_understood_is_left_alone() -> None:
    metadata = Metadata(xmp=b"no packet")
    assert noted(metadata, {"scale": "4"}) == metadata


def test_stripping_leaves_what_the_look_depends_on() -> None:
    metadata = Metadata(
        icc=b"i", exif=b"e", xmp=b"x", iptc=b"p", exif_fields=(("a", "b"),), resolution=(1, 2), delays=(5,)
    )
    assert stripped(metadata) == Metadata(icc=b"i", resolution=(1, 2), delays=(5,))
