"""An XML file as one bare element: what an ordinary file has around its root is taken off.

Only what says nothing is taken off: a byte order mark, the declaration of XML 1.0 in
UTF-8, white space. Whatever else stands outside the root is refused by its name.
"""

import re
from xml.parsers import expat

from sesphr.crypto.document import check_element
from sesphr.crypto.errors import OpenError

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
SPACE = b" \t\r\n"
# XML 1.0 (fifth edition), productions 23 to 26, 32 and 80.
DECLARATION = re.compile(
    rb"""<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.0"|'1\.0')"""
    rb"""(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"(?i:utf-8)"|'(?i:utf-8)'))?"""
    rb"""(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?"""
    rb"""[ \t\r\n]*\?>"""
)
ANY_DECLARATION = re.compile(rb"[ \t\r\n]*<\?xml[ \t\r\n]")


class Unfit(Exception):
    """No partition can be made of it; the argument says why, without a beginning."""


def bare(octets: bytes) -> tuple[bytes, list[str]]:
    """The element of an XML file, and what was left out around it, in words.

    Raises:
        Unfit: no element that a partition may hold; says what to do about it.
    """
    left_out = []
    text = octets.removeprefix(BYTE_ORDER_MARK)
    if text != octets:
        left_out.append("byte order mark")
    declaration = DECLARATION.match(text)
    if declaration:
        left_out.append("XML declaration")
        text = text[declaration.end() :]
    element = text.strip(SPACE)
    if element != text:
        left_out.append("white space")
    try:
        return check_element(element), left_out
    except OpenError:
        raise Unfit(_why(element)) from None


def _why(element: bytes) -> str:
    if not element:
        return "it is empty."
    if ANY_DECLARATION.match(element):
        return "its XML declaration must stand first and say version 1.0 and, if any, UTF-8."
    offending = _offending(element)
    if offending:
        return f"remove the {offending}."
    return (
        "it must be one well-formed XML element in UTF-8 with nothing else before or after it, "
        "at most 64 deep and 32 MiB."
    )


class _Found(Exception):
    """Something that no partition may hold; its name is the argument."""


def _offending(octets: bytes) -> str:
    """What has to go, or nothing where it is something else that is wrong."""
    parser, depth = expat.ParserCreate("UTF-8"), [0]

    def found(name: str, *, anywhere: bool) -> None:
        if anywhere or depth[0] == 0:
            raise _Found(name)

    def step(by: int) -> None:
        depth[0] += by

    parser.StartElementHandler = lambda *_: step(1)
    parser.EndElementHandler = lambda *_: step(-1)
    # Stopped at its start, so that no entity is ever declared.
    parser.StartDoctypeDeclHandler = lambda *_: found("DOCTYPE", anywhere=True)
    parser.ProcessingInstructionHandler = lambda name, _: found(
        f"processing instruction <?{name[:40]} ...?>", anywhere=True
    )
    parser.CommentHandler = lambda _: found("comment outside the root element", anywhere=False)
    try:
        parser.Parse(octets, True)
    except _Found as one:
        return str(one)
    except (expat.ExpatError, ValueError):
        pass
    return ""
