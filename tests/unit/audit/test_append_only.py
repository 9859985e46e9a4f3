"""Nobody rewrites the log, by Django or by raw SQL, on either database."""

import uuid

import pytest
from django.db import DatabaseError, connections, transaction

from audit import checks, services, triggers
from audit.models import Entry, Hash, Lock

pytestmark = pytest.mark.django_db(databases="__all__")

STREAM = uuid.UUID(int=1)


@pytest.fixture(autouse=True)
def _three_entries() -> None:
    for number in (1, 2, 3):
        services.append(stream=STREAM, number=number, entry=bytes([number]) * 32)


@pytest.fixture(autouse=True)
def _unchanged(_three_entries: None):
    before = contents()
    yield
    assert contents() == before


def contents() -> list[object]:
    return [
        list(Entry.objects.order_by("index").values()),
        list(Hash.objects.order_by("id").values()),
    ]


def refuse(sql: str, *values: object) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(using="audit"), cursor() as found:
        found.execute(sql, values)


def cursor():
    return connections["audit"].cursor()


def quoted(name: str) -> str:
    return connections["audit"].ops.quote_name(name)


def stream() -> object:
    """The stream as this database stores it."""
    with cursor() as found:
        found.execute("SELECT stream FROM audit_entry")
        return found.fetchone()[0]


def on_mariadb() -> bool:
    return connections["audit"].vendor == "mysql"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_entry SET entry = entry",
        "UPDATE audit_entry SET time = 0",
        "UPDATE audit_entry SET number = 9 WHERE number = 3",
        "DELETE FROM audit_entry",
        "DELETE FROM audit_entry WHERE number = 3",
        "UPDATE audit_hash SET hash = hash",
        "UPDATE audit_hash SET position = position + 7",
        "DELETE FROM audit_hash",
        "DELETE FROM audit_hash WHERE level = 1",
    ],
)
def test_update_and_delete_are_refused(sql: str) -> None:
    refuse(sql)


INSERT_ENTRY = "INTO audit_entry (%s, stream, number, entry, time) VALUES (%%s, %%s, %%s, %%s, 0)"
INSERT_HASH = "INTO audit_hash (level, position, hash) VALUES (%s, %s, %s)"


@pytest.mark.parametrize(
    ("index", "number"), [(0, 1), (2, 3), (0, 4), (3, 3), (2, 4), (4, 4), (3, 5), (7, 1)]
)
@pytest.mark.parametrize("replace", [False, True])
def test_an_entry_out_of_place_is_refused(index: int, number: int, replace: bool) -> None:
    verb = ("REPLACE " if replace else "INSERT ") + INSERT_ENTRY % quoted("index")
    refuse(verb, index, stream(), number, b"z" * 32)


@pytest.mark.parametrize(("level", "position"), [(0, 0), (0, 2), (1, 0), (0, 4), (1, 2)])
@pytest.mark.parametrize("replace", [False, True])
def test_a_hash_out_of_place_is_refused(level: int, position: int, replace: bool) -> None:
    verb = ("REPLACE " if replace else "INSERT ") + INSERT_HASH
    refuse(verb, level, position, b"z" * 32)


@pytest.mark.parametrize("recursive", [0, 1])
def test_replace_is_refused_whatever_the_pragma_says(recursive: int) -> None:
    if not on_mariadb():
        with cursor() as found:
            found.execute(f"PRAGMA recursive_triggers = {recursive}")
    for verb in ("REPLACE ",) if on_mariadb() else ("REPLACE ", "INSERT OR REPLACE "):
        refuse(verb + INSERT_ENTRY % quoted("index"), 1, stream(), 2, b"z" * 32)
        refuse(verb + INSERT_HASH, 0, 1, b"z" * 32)


def test_replace_by_row_id_is_refused() -> None:
    first = Hash.objects.earliest("id").id
    refuse(
        "REPLACE INTO audit_hash (id, level, position, hash) VALUES (%s, 0, 3, %s)",
        first,
        b"z" * 32,
    )
    if not on_mariadb():
        refuse(
            'INSERT OR REPLACE INTO audit_entry (rowid, "index", stream, number, entry, time)'
            " VALUES (1, 3, %s, 4, %s, 0)",
            stream(),
            b"z" * 32,
        )


def test_upserts_are_refused() -> None:
    clause = (
        "ON DUPLICATE KEY UPDATE entry = VALUES(entry)"
        if on_mariadb()
        else 'ON CONFLICT("index") DO UPDATE SET entry = excluded.entry'
    )
    insert = "INSERT " + INSERT_ENTRY % quoted("index")
    refuse(f"{insert} {clause}", 1, stream(), 2, b"z" * 32)


def test_ignored_inserts_change_nothing() -> None:
    verb = "INSERT IGNORE " if on_mariadb() else "INSERT OR IGNORE "
    refuse(verb + INSERT_ENTRY % quoted("index"), 1, stream(), 2, b"z" * 32)


def test_django_is_refused_too() -> None:
    entry = Entry.objects.get(index=1)
    entry.entry = b"z" * 32
    for change in (
        entry.save,
        entry.delete,
        Entry.objects.all().delete,
        Hash.objects.all().delete,
        lambda: Entry.objects.update(time=0),
    ):
        with pytest.raises(DatabaseError), transaction.atomic(using="audit"):
            change()


@pytest.mark.parametrize("entry", [b"", b"z" * 31, b"z" * 33])
def test_entries_have_32_octets(entry: bytes) -> None:
    refuse("INSERT " + INSERT_ENTRY % quoted("index"), 3, stream(), 4, entry)


@pytest.mark.parametrize("value", [b"", b"z" * 31, b"z" * 33])
def test_hashes_have_32_octets(value: bytes) -> None:
    refuse("INSERT " + INSERT_HASH, 0, 3, value)


def test_levels_end_somewhere() -> None:
    refuse("INSERT " + INSERT_HASH, 63, 0, b"z" * 32)


def test_numbers_start_at_one() -> None:
    fresh = uuid.uuid4() if on_mariadb() else uuid.uuid4().hex
    refuse("INSERT " + INSERT_ENTRY % quoted("index"), 3, str(fresh), 0, b"z" * 32)


def test_there_is_no_second_lock() -> None:
    with pytest.raises(DatabaseError), transaction.atomic(using="audit"):
        Lock.objects.create(id=2)


def test_the_check_finds_all_triggers() -> None:
    assert [
        message for message in checks.check_guards(["audit"]) if message.id == "audit.E001"
    ] == []


def test_the_check_misses_a_trigger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "NAMES", triggers.NAMES | {"audit_entry_no_rename"})
    found = checks.check_guards(["audit"])
    assert "audit_entry_no_rename" in next(m for m in found if m.id == "audit.E001").msg


def test_the_check_looks_only_where_it_is_asked_to() -> None:
    assert checks.check_guards(None) == checks.check_guards(["default"]) == []


def test_the_check_warns_of_privileges_on_mariadb() -> None:
    warned = any(message.id == "audit.W001" for message in checks.check_guards(["audit"]))
    # The test's own account may do everything.
    assert warned == on_mariadb()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("GRANT ALL PRIVILEGES ON *.* TO `a`@`b` WITH GRANT OPTION", {"ALL PRIVILEGES"}),
        ("GRANT SELECT, INSERT, DROP ON `log`.* TO `a`@`b`", {"SELECT", "INSERT", "DROP"}),
        ("GRANT SELECT, TRIGGER ON `log`.`audit_entry` TO `a`@`b`", {"SELECT", "TRIGGER"}),
        (r"GRANT DROP ON `my\_log`.* TO `a`@`b`", set()),
        ("GRANT DROP ON `other`.* TO `a`@`b`", set()),
        ("GRANT USAGE ON *.* TO `a`@`b` IDENTIFIED BY PASSWORD 'x'", {"USAGE"}),
        ("GRANT `role` TO `a`@`b`", set()),
    ],
)
def test_grants_are_read_as_mariadb_writes_them(line: str, expected: set[str]) -> None:
    assert checks.privileges([line], "log") == expected


def test_an_unknown_database_has_no_guards() -> None:
    with pytest.raises(NotImplementedError, match="oracle"):
        triggers.statements("oracle")
