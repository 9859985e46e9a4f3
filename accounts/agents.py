"""Which browser and system a User-Agent header names; what a list of devices shows.

Whoever sends the header made it up: nothing is decided by it.
"""

from dataclasses import dataclass

OTHER = "other"
# The first word that occurs decides: most browsers name others too.
BROWSERS = {
    "sesphr-client": "client",
    "Edg": "edge",
    "OPR/": "opera",
    "SamsungBrowser/": "samsung",
    "Firefox/": "firefox",
    "FxiOS/": "firefox",
    "Chrome/": "chrome",
    "Chromium/": "chrome",
    "CriOS/": "chrome",
    "Safari/": "safari",
}
SYSTEMS = {
    "Android": "android",
    "iPhone": "ios",
    "iPad": "ios",
    "CrOS": "chromeos",
    "Windows": "windows",
    "Mac OS": "macos",
    "Linux": "linux",
}


@dataclass(frozen=True)
class Agent:
    """Words of this module, for which pages have names."""

    browser: str
    system: str


def parse(header: str) -> Agent:
    """Return what a header names; `other` for what is not known here."""
    return Agent(_first(BROWSERS, header), _first(SYSTEMS, header))


def _first(words: dict[str, str], header: str) -> str:
    return next((name for word, name in words.items() if word in header), OTHER)
