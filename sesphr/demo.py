"""The demo's people: who they are, and their passwords, random for each DATA folder."""

import base64
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

DOMAIN = "demo.sesphr.example"


@dataclass(frozen=True)
class Person:
    """Somebody of the demo; `checked` is what the administrator writes down.

    Nobody has checked anything of somebody who still waits to be authorised.
    """

    key: str
    name: str
    role: str
    checked: str = ""

    @property
    def login(self) -> str:
        """The e-mail address, which nobody can receive mail at."""
        return f"{self.key}@{DOMAIN}"


ADA = Person("ada", "Ada Moreau", "owner", "identity card seen (demo)")
LEE = Person(
    "dr.lee", "Dr Jonathan Lee", "physician", "medical council number 4711 looked up (demo)"
)
PIA = Person("pia", "Pia Okafor", "pharmacist", "pharmacy licence seen (demo)")
NOOR = Person("noor", "Noor Haddad", "relative", "named by Ada Moreau in person (demo)")
AMAL = Person(
    "dr.amal",
    "Dr Amal Haddad",
    "physician",
    "medical council number 5290 looked up; cardiology, City Heart Clinic (demo)",
)
WANJA = Person("wanja", "Wanja Kimani", "nurse")
ADMINISTRATOR = Person("admin", "Robin Keller", "administrator")
PEOPLE = (ADA, LEE, PIA, NOOR, AMAL, WANJA)


def _new_password() -> str:
    """100 random bits in groups that can be typed."""
    text = base64.b32encode(secrets.token_bytes(13)).decode().lower().rstrip("=")[:20]
    return "-".join(text[i : i + 5] for i in range(0, len(text), 5))


def _path(data: Path) -> Path:
    return data / "secrets" / "demo-people.json"


def passwords(data: Path) -> dict[str, str]:
    """Passwords by login, made when they are first asked for; the file is its owner's alone."""
    path = _path(data)
    known: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    missing = {one.login for one in (*PEOPLE, ADMINISTRATOR)} - set(known)
    if missing:
        known |= {login: _new_password() for login in sorted(missing)}
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(".draft")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(known), encoding="utf-8")
        draft.replace(path)
    return known
