"""The XML that is sealed: coded observations as they stand in a C-CDA section.

All engines read the same octets, because the checks of an element cost by its
tags as well as by its size.
"""

from pathlib import Path

KB = 1024
# The sizes of the paper's evaluation, in KB.
SIZES = (50, 100, 200, 500, 800, 1024, 1500, 2048)

_HEAD = (
    '<section xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    "<title>Vital signs</title>"
)
_ENTRY = (
    '<entry typeCode="DRIV"><observation classCode="OBS" moodCode="EVN">'
    '<templateId root="2.16.840.1.113883.10.20.22.4.27"/>'
    '<id root="c6f88321-67ad-11db-bd13-0800200c9a66" extension="{number:08d}"/>'
    '<code code="8480-6" codeSystem="2.16.840.1.113883.6.1" displayName="Systolic blood pressure"/>'
    '<text><reference value="#vital{number}"/></text><statusCode code="completed"/>'
    '<effectiveTime value="20240611"/><value xsi:type="PQ" value="{value}" unit="mm[Hg]"/>'
    "</observation></entry>"
)
_TAIL = "</section>"


def element(kilobytes: int) -> bytes:
    """One well-formed element of exactly so many KB (1024 octets each)."""
    wanted = kilobytes * KB
    pieces, length = [_HEAD], len(_HEAD) + len(_TAIL)
    for number in range(wanted):
        entry = _ENTRY.format(number=number, value=100 + number % 60)
        if length + len(entry) > wanted:
            break
        pieces.append(entry)
        length += len(entry)
    return "".join([*pieces, " " * (wanted - length), _TAIL]).encode("ascii")


def write_all(folder: Path, sizes: tuple[int, ...] = SIZES) -> None:
    """One file for each size, `50.xml` for 50 KB."""
    folder.mkdir(parents=True)
    for size in sizes:
        (folder / f"{size}.xml").write_bytes(element(size))
