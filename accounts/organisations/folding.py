"""Text as it is searched: without case and diacritics, the same on every database.

Kept beside the text itself and compared octet by octet, so that no database's collation decides.
"""

import unicodedata

LONGEST = 400
# Letters that have no decomposition, and what people type for them.
PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)


def folded(*texts: str) -> str:
    """The words of some texts, each after one blank; at most 400 characters.

    Marks that only accompany a letter go; vowel signs of Indic scripts, which are letters, stay.
    """
    text = unicodedata.normalize("NFKD", " ".join(texts))
    bare = "".join(one for one in text if not unicodedata.combining(one))
    plain = unicodedata.normalize("NFKC", bare.casefold().translate(PLAIN))
    kept = "".join(one if _belongs(one) else " " for one in plain)
    return "".join(f" {word}" for word in kept.split())[:LONGEST]


def _belongs(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNM"


def words(text: str) -> list[str]:
    """What is asked for: each as ` begin`, to be found at the beginning of a word."""
    return [f" {word}" for word in folded(text).split()]
