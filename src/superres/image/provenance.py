"""A note in a picture's XMP of what made it.

Source: ISO 16684-1 (XMP), whose packets are RDF/XML: properties of one picture may stand in several descriptions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from html import escape

from superres.image.picture import Metadata

NAMESPACE = "urn:superres:provenance:1"
_PREFIX = "superres"

_OLDER = re.compile(rb'<rdf:Description rdf:about="" xmlns:superres=[^<>]*/>\s*')
"""A note of an earlier enlargement; a property has one value."""
_END = re.compile(rb"</rdf:RDF\s*>")
_EMPTY = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)


def noted(metadata: Metadata, note: Mapping[str, str]) -> Metadata:
    """Metadata with a note among its XMP; the same where that is not understood.

    Args:
        metadata: Of a picture.
        note: Names and values.
    """
    properties = "".join(f' {_PREFIX}:{name}="{escape(value)}"' for name, value in note.items())
    description = f'<rdf:Description rdf:about="" xmlns:{_PREFIX}="{NAMESPACE}"{properties}/>'.encode()
    packet = _OLDER.sub(b"", metadata.xmp or _EMPTY)
    end = next(iter(_END.finditer(packet)), None)
    if end is None:
        return metadata
    return replace(metadata, xmp=packet[: end.start()] + description + packet[end.start() :])


def stripped(metadata: Metadata) -> Metadata:
    """What the look of a picture depends on: profile, resolution, and when frames are shown."""
    return Metadata(icc=metadata.icc, resolution=metadata.resolution, delays=metadata.delays, loop=metadata.loop)
