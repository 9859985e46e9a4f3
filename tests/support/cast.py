"""People with a story, for what needs a whole site: every page's test, and the pictures of the pages.

Alice Newman keeps a record and shares parts of it; Dr Haddad waits for her answer; Dr Lee
opened what he may, and tried what he may not. Others are new, or wait to be let in.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.support.people_cli import Person
from tests.system.place import System

RECORD = "tests/samples/ccda_ccd_practicefusion.xml"
# An organisation, its city, and somebody who has a code for it.
HOSPITAL = ("City Hospital", "Bristol", "Nora Quill")
WHY = "You are referred to me for your asthma. I would like to prepare your first visit on Monday."


@dataclass(frozen=True)
class Part:
    """Somebody of the story; `checked` is what staff wrote down, nothing for who still waits."""

    key: str
    name: str
    role: str
    checked: str = ""


ALICE = Part("alice.newman", "Alice Newman", "owner", "identity card seen")
LEE = Part("bob.lee", "Dr Bob Lee", "physician", "medical council number 4711 looked up")
HADDAD = Part(
    "amal.haddad", "Dr Amal Haddad", "physician",
    "medical council number 5290 looked up; lung clinic, City Hospital",
)  # fmt: skip
OKAFOR = Part("pia.okafor", "Pia Okafor", "pharmacist", "pharmacy licence 220 seen")
FRANK = Part("frank.newman", "Frank Newman", "relative", "named by Alice Newman in person")
NED = Part("ned.ives", "Ned Ives", "owner", "passport seen")
KIMANI = Part("wanja.kimani", "Wanja Kimani", "nurse")
PARTS = (ALICE, LEE, HADDAD, OKAFOR, FRANK, NED, KIMANI)


@dataclass
class Cast:
    """Everybody by their part, and what addresses of pages are made of."""

    people: dict[Part, Person]
    ids: dict[Part, str]
    request: str
    hospital: str

    def __getitem__(self, part: Part) -> Person:
        return self.people[part]


def play(system: System) -> Cast:
    """Let everybody register, and the story happen up to the request that waits."""
    people = {one: _home(system, one) for one in PARTS}
    for one, person in people.items():
        _register(person, one)
        if one.checked:
            system.server.manage("authorise", person.login, "--checked", one.checked)
    ids = {one: str(people[one].ok("whoami")["member"]) for one in (ALICE, LEE, KIMANI)}
    return Cast(people, ids, _story(system, people), _hospital(system, people[HADDAD]))


def _hospital(system: System, head: Person) -> str:
    """City Hospital, which Dr Haddad administers, with a code that waits; its id."""
    told = system.server.manage(
        "organisation", HOSPITAL[0], "--kind", "hospital", "--city", HOSPITAL[1], "--country", "GB",
        "--department", "Lung clinic=respiratory", "--administrator", head.login,
    )  # fmt: skip
    system.server.manage(
        "enrol",
        HOSPITAL[0],
        "--role",
        "nurse",
        "--name",
        HOSPITAL[2],
        "--department",
        "Lung clinic",
    )
    return told.strip().rpartition("(")[2].rstrip(")")


def last_day(days: int) -> str:
    """The day that lies so many days ahead, as grants are told it."""
    return str((datetime.now(UTC) + timedelta(days=days)).date())


def _home(system: System, part: Part) -> Person:
    (system.folder / part.key).mkdir()
    login, home = f"{part.key}@example.org", system.folder / part.key / "home"
    return Person(system.server.url, home, login)


def _register(person: Person, part: Part) -> None:
    words = ("register", "--role", part.role, "--name", part.name, "--email", person.login)
    person.recovery_code = str(person.ok(*words)["recovery_code"])


def _story(system: System, people: dict[Part, Person]) -> str:
    alice, lee = people[ALICE], people[LEE]
    record = str(alice.ok("deposit", RECORD)["record"])
    _grant(alice, lee, "medical", "prescription", until=last_day(90))
    _grant(alice, people[OKAFOR], "prescription", until=last_day(365))
    frank = people[FRANK]
    alice.ok("compare", frank.login, str(frank.ok("whoami")["fingerprint"]))
    _grant(alice, frank, "personal", "insurance")
    lee.ok("open", record, "--partition", "medical", "--output", str(system.output()))
    lee.fails(3, "open", record, "--partition", "personal", "--output", str(system.output()))
    asked = ("--partition", "medical", "--partition", "prescription", "--partition", "personal")
    done = people[HADDAD].ok(
        "request", "--owner", alice.login, *asked, "--purpose", "treatment", "--reason", WHY
    )
    return str(done["request"])


def _grant(owner: Person, reader: Person, *names: str, until: str | None = None) -> None:
    parts = [word for name in names for word in ("--partition", name)]
    limit = [] if until is None else ["--until", until]
    owner.ok("grant", reader.login, *parts, "--history", *limit)
