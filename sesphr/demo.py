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

    Nobody has checked anything of somebody who still waits to be authorised. Whoever has an `employer`
    registers with an activation code of that organisation; `administers` names one too.
    """

    key: str
    name: str
    role: str
    checked: str = ""
    employer: str = ""
    department: str = ""
    title: str = ""
    administers: str = ""

    @property
    def login(self) -> str:
        """The e-mail address, which nobody can receive mail at."""
        return f"{self.key}@{DOMAIN}"


@dataclass(frozen=True)
class Hospital:
    """An organisation of the demo; `departments` as {name: speciality}."""

    name: str
    kind: str
    street: str
    city: str
    postcode: str
    country: str
    departments: dict[str, str]


CLINIC = Hospital(
    "City Heart Clinic", "clinic", "8 Quay Street", "Bristol", "BS1 4DA", "GB",
    {"Cardiology": "cardiology", "Heart surgery": "surgery", "Cardiac imaging": "radiology"},
)  # fmt: skip
HARBOUR = Hospital(
    "Harbour General Hospital", "hospital", "210 Dock Road", "Bristol", "BS3 1QT", "GB",
    {"General medicine": "general-medicine", "Emergency": "emergency", "Children": "paediatrics"},
)  # fmt: skip
HOSPITALS = (CLINIC, HARBOUR)
ADA = Person("ada", "Ada Moreau", "owner", "identity card seen (demo)")
LEE = Person(
    "dr.lee", "Dr Jonathan Lee", "physician", employer=HARBOUR.name, department="General medicine",
    title="Senior physician",
)  # fmt: skip
PIA = Person("pia", "Pia Okafor", "pharmacist", "pharmacy licence seen (demo)")
NOOR = Person("noor", "Noor Haddad", "relative", "named by Ada Moreau in person (demo)")
AMAL = Person(
    "dr.amal", "Dr Amal Haddad", "physician", employer=CLINIC.name, department="Cardiology",
    title="Consultant",
)  # fmt: skip
MIRA = Person(
    "mira", "Mira Santos", "nurse", "staff card of City Heart Clinic seen (demo)",
    administers=CLINIC.name,
)  # fmt: skip
WANJA = Person("wanja", "Wanja Kimani", "nurse")
ADMINISTRATOR = Person("admin", "Robin Keller", "administrator")
PEOPLE = (ADA, LEE, PIA, NOOR, AMAL, MIRA, WANJA)


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
