"""The demo's people: who they are, and their passwords, random for each DATA folder."""

import base64
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

DOMAIN = "demo.sesphr.example"


@dataclass(frozen=True)
class Person:
    """Somebody of the demo; `checked` is what the administrator writes down."""

    key: str
    name: str
    role: str
    checked: str

    @property
    def login(self) -> str:
        """The e-mail address, which nobody can receive mail at."""
        return f"{self.key}@{DOMAIN}"


PEOPLE = (
    Person("ada", "Ada Moreau", "owner", "identity card seen (demo)"),
    Person(
        "dr.lee", "Dr Jonathan Lee", "physician", "medical council number 4711 looked up (demo)"
    ),
    Person("pia", "Pia Okafor", "pharmacist", "pharmacy licence seen (demo)"),
    Person("noor", "Noor Haddad", "relative", "named by Ada Moreau in person (demo)"),
)


def _new_password() -> str:
    """100 random bits in groups that can be typed."""
    text = base64.b32encode(secrets.token_bytes(13)).decode().lower().rstrip("=")[:20]
    return "-".join(text[i : i + 5] for i in range(0, len(text), 5))


def _path(data: Path) -> Path:
    return data / "secrets" / "demo-people.json"


def passwords(data: Path) -> dict[str, str]:
    """Passwords by login, made at the first call; the file is its owner's alone."""
    path = _path(data)
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(".draft")
        draft.touch(mode=0o600)
        draft.write_text(
            json.dumps({person.login: _new_password() for person in PEOPLE}), encoding="utf-8"
        )
        draft.replace(path)
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return found
