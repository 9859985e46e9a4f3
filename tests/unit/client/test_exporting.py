"""An export is whole, or it stops: what a server leaves out is missed."""

import pytest

from sesphr.client import activity
from srs.models import Record

from .conftest import Endpoint

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def record(ada):
    """A record of two partitions."""
    return ada.deposit(medical="<a xmlns=''/>", insurance="<b xmlns=''/>")


@pytest.fixture
def new_home(ada, record, wire, tmp_path):
    """The owner on another device, which remembers nothing."""
    found = Endpoint(tmp_path / "new-device", ada.login, wire)
    found.home.mkdir(mode=0o700)
    (found.home / "settings.json").write_text((ada.home / "settings.json").read_text())
    return found


def listed(wire, change):
    wire.change("GET", "/records", lambda found: {"records": change(found["records"])})


@pytest.mark.parametrize(
    "change",
    [
        lambda records: [],
        lambda records: [{**one, "partitions": one["partitions"][:1]} for one in records],
        lambda records: [{**one, "partitions": []} for one in records],
        lambda records: [{**one, "version": 2} for one in records],
        lambda records: [{**one, "version": 0} for one in records],
        lambda records: records * 2,
        lambda records: [{**one, "owner": one["record"]} for one in records],
    ],
)
@pytest.mark.parametrize("device", ["ada", "new_home"])
def test_what_a_list_leaves_out(request, record, wire, tmp_path, change, device):
    who, output = request.getfixturevalue(device), tmp_path / "out"
    listed(wire, change)
    assert who.fails(4, "export", "--output", str(output))["error"].startswith("STOP")
    assert not list(output.rglob("*.xml"))
    wire.honest()
    (done,) = who.ok("export", "--output", str(output))["records"]
    assert done["partitions"] == {"medical": 13, "insurance": 13}


def test_a_record_that_every_server_forgot(ada, record, wire, tmp_path, monkeypatch):
    monkeypatch.setattr(activity, "read", lambda session: activity.Read([], 0, [], {}))
    listed(wire, lambda records: [])
    ada.fails(4, "export", "--output", str(tmp_path / "out"))


def test_partitions_named_like_the_files_beside_them(ada, tmp_path):
    names = ("document", "manifest", "encrypted", "original-1", "keys")
    texts = {name: f"<d xmlns=''>{name}</d>" for name in names}
    record = ada.deposit(**texts)
    ada.ok("export", "--output", str(tmp_path / "out"))
    folder = tmp_path / "out" / record
    for name, text in texts.items():
        assert (folder / f"{name}.xml").read_text() == text
    assert (folder / "encrypted" / "document.xml").read_bytes().startswith(b"<record")
    assert (folder / "encrypted" / "manifest.jws").read_text().count(".") == 2


def test_a_deposit_that_waits_is_not_missed_but_told(ada, record, wire, tmp_path):
    def lose(request, response):
        from .conftest import Lost

        raise Lost("gone")

    wire.on("POST", "/deposits", lose)
    path = tmp_path / "m.xml"
    path.write_text("<m xmlns=''/>")
    ada.fails(5, "deposit", "--partition", f"medical={path}")
    wire.honest()
    (waiting,) = {str(one.id) for one in Record.objects.using("srs").all()} - {record}
    listed(wire, lambda records: [one for one in records if one["record"] == record])
    found = ada.run("export", "--output", str(tmp_path / "out"))
    assert (found.code, waiting in found.err) == (0, True)
