"""Small files of the kinds that people attach, made as their formats say, for tests."""

import io
from collections.abc import Sequence

from PIL import Image

TEXT = "Shown on a page of SeSPHR"


def pdf(pages: int = 2, padding: int = 0) -> bytes:
    """A PDF of A4 pages, each with a black bar and its number in Helvetica; `padding` octets more."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(pages))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for n in range(pages):
        drawn = (
            f"0 0 0 rg 50 700 300 40 re f BT /F1 24 Tf 50 600 Td ({TEXT} {n + 1}) Tj ET".encode()
        )
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
            b"/Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>" % (5 + 2 * n)
        )
        objects.append(_stream(drawn))
    if padding:
        objects.append(_stream(b"\0" * padding))
    return _numbered(objects)


def _stream(octets: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%b\nendstream" % (len(octets), octets)


def _numbered(objects: Sequence[bytes]) -> bytes:
    """The objects with their table, as PDF 1.4 wants it."""
    made, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start, size = len(made), len(objects) + 1
    made += b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, table)
    made += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
    return bytes(made)


def picture(kind: str = "PNG", size: tuple[int, int] = (320, 200), turned: bool = False) -> bytes:
    """A picture, red on the left and blue on the right; `turned`: a camera noted a quarter turn."""
    made = Image.new("RGB", size, (200, 0, 0))
    made.paste((0, 0, 200), (size[0] // 2, 0, *size))
    out, exif = io.BytesIO(), Image.Exif()
    if turned:
        exif[0x0112] = 6
    made.save(out, kind, exif=exif)
    return out.getvalue()
