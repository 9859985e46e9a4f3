"""Lists of every server: constant numbers of queries, filters, each from its own database."""

import uuid
from typing import Any
from unittest import mock

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.urls import reverse

from accounts.models import ActivationCode, Event, Member, Organisation, Post, Stream
from accounts.models import Role as MemberRole
from audit.models import Check, Entry
from cloudstore.models import Attachment, Document, Upload
from phr.models import IntegrityReport, KeyRequest
from sesphr import clock
from sesphr.crypto.encoding import b64u_encode
from sesphr.pins import pin, unpin
from srs.models import AccessRequest, Contribution, Credential, Version
from srs.models import Event as NodeEvent
from srs.models import Member as NodeMember
from tests.support import certified
from tests.support import staff as people
from tests.unit.staff.conftest import World

pytestmark = pytest.mark.django_db(databases="__all__")


def copies(model: Any, count: int, **changed: Any) -> None:
    """Further rows like the first, with fresh names where names are unique."""
    first = model._base_manager.order_by("pk").first()
    for place in range(count):
        row = type(first).from_db(
            None, [f.attname for f in model._meta.concrete_fields],
            [getattr(first, f.attname) for f in model._meta.concrete_fields],
        )  # fmt: skip
        row._state.adding = True
        for name, make in changed.items():
            setattr(row, name, make(place))
        row.save(using=first._state.db, force_insert=True)


def fresh(_: int) -> uuid.UUID:
    return uuid.uuid4()


def digest(_: int) -> str:
    return b64u_encode(uuid.uuid4().bytes * 2)


def octets(_: int) -> bytes:
    return uuid.uuid4().bytes * 2


def fill() -> None:
    """Twelve more rows in every table that is listed."""
    none = lambda _: None  # noqa: E731
    known = list(NodeMember.objects.values_list("pk", flat=True))
    after = lambda base: lambda place: base + place  # noqa: E731
    for place in range(12):
        one = Member(
            id=uuid.uuid4(), login=f"x{place}@example.org", name="X", role=MemberRole.NURSE
        )
        one.registration = b"\x01" * 32
        one.save(force_insert=True)
        Stream.objects.create(member=one.id)
    streams = list(Stream.objects.order_by("-id")[:12])
    copies(Event, 12, pk=none, stream_id=lambda place: streams[place].pk, number=after(900))
    copies(KeyRequest, 12, pk=fresh, digest=digest, owner=fresh, asker=fresh)
    copies(IntegrityReport, 12, pk=none, reported_by=fresh)
    copies(AccessRequest, 12, pk=none, digest=digest, nonce=lambda place: f"n{place}")
    copies(Version, 12, pk=none, digest=digest, version=after(50))
    copies(NodeEvent, 12, pk=none, number=after(900))
    versions = list(Version.objects.order_by("-pk")[:12])
    copies(Contribution, 12, pk=none, version_id=lambda place: versions[place].pk)
    copies(NodeMember, 12, pk=fresh)
    nodes = list(NodeMember.objects.exclude(pk__in=known)[:12])
    copies(Credential, 12, pk=none, member_id=lambda place: nodes[place].pk)
    copies(Document, 12, pk=none, digest=octets)
    copies(Attachment, 12, pk=none, attachment=fresh, stream=fresh)
    copies(Upload, 12, pk=none, attachment=fresh, stream=fresh)
    copies(Organisation, 12, pk=fresh, name=lambda place: f"Hospital {place}")
    copies(Post, 12, pk=fresh, member_id=lambda place: Member.objects.filter(name="X")[place].pk)
    copies(ActivationCode, 12, pk=fresh, hashed=octets)
    append(12)


def append(count: int) -> int:
    """Entries of further streams, in the only order that the log takes; the first one's index."""
    size = Entry.objects.count()
    copies(Entry, count, index=lambda place: size + place, stream=fresh, number=lambda _: 1)
    return size


def counted(http: Any, url: str) -> int:
    with people.Queries() as queries:
        assert http.get(url).status_code == 200, url
    return queries.count


def test_more_rows_take_no_more_queries(world: World, moved_clock: list[int]) -> None:
    urls = [*people.lists(), reverse("admin:index")]
    for url in urls:
        world.http.get(url)
    before = {url: counted(world.http, url) for url in urls}
    fill()
    for url in urls:
        assert counted(world.http, url) <= before[url], url
        assert before[url] <= 16, (url, before[url])


def test_lists_are_paged(world: World) -> None:
    last = append(60) + 59
    url = reverse("admin:audit_entry_changelist")
    assert world.http.get(url).content.decode().count("<tr>") == 51
    assert f">{last}</a>" in world.http.get(url).content.decode()
    assert f">{last}</a>" not in world.http.get(f"{url}?p=2").content.decode()
    assert world.http.get(f"{url}?all=").content.decode().count("<tr>") == 51
    assert world.http.get(f"{url}?p=99", follow=True).status_code == 200


def test_every_list_has_a_date_filter(world: World) -> None:
    for url in people.lists():
        page = world.http.get(f"{url}?period=day").content
        assert b"<tbody>" in page, url
        assert b"Nothing matches" in world.http.get(f"{url}?period=2001-02-03").content, url
        for odd in ("9999-99-99", "x", "0001-01-01"):
            assert world.http.get(f"{url}?period={odd}", follow=True).status_code == 200, (url, odd)


def test_a_filter_of_events_finds_the_kind(world: World) -> None:
    for name, kind, other in (
        ("accounts_event", "authorised", "Registered</td>"), ("srs_event", "access", "Deposit</td>"),
    ):  # fmt: skip
        url = reverse(f"admin:{name}_changelist")
        assert other in world.http.get(url).content.decode(), name
        assert other not in world.http.get(f"{url}?kind={kind}").content.decode(), name
        assert b"Nothing matches" not in world.http.get(f"{url}?kind={kind}").content, name


def test_an_odd_parameter_is_no_crash(world: World) -> None:
    for url in people.lists():
        for query in (
            "foo=1",
            "p=x",
            "o=99",
            "q=%00",
            "state=x",
            "role=x",
            "kept=x",
            "node=x",
            "e=1",
        ):
            status = world.http.get(f"{url}?{query}", follow=True).status_code
            assert status == 200, (url, query)


def test_each_list_reads_its_own_database(world: World) -> None:
    homes = {"srs": "srs", "cloudstore": "cloud", "audit": "audit", "accounts": "default", "phr": "default"}  # fmt: skip
    for url in people.lists():
        own = homes[url.split("/")[2]]
        for alias in ("srs", "cloud", "audit"):
            with people.Queries() as queries:
                world.http.get(url)
            used = [one for one in queries._contexts if one.connection.alias == alias]
            assert bool(used[0].captured_queries) == (alias == own), (url, alias)


def test_a_request_shows_people_but_not_the_reason(world: World) -> None:
    row = KeyRequest.objects.get()
    page = world.http.get(f"/admin/phr/keyrequest/{row.pk}/").content.decode()
    assert world.owner.login in page
    assert world.doctor.login in page
    assert "chest pain" not in page


def test_an_opening_shows_what_was_decided(world: World) -> None:
    allowed, refused = AccessRequest.objects.order_by("pk")
    assert b"Allowed" in world.http.get(f"/admin/srs/accessrequest/{allowed.pk}/").content
    assert b"Refused" in world.http.get(f"/admin/srs/accessrequest/{refused.pk}/").content


def test_a_credential_is_judged_as_it_is_now(world: World, moved_clock: list[int]) -> None:
    url = "/admin/srs/credential/"
    doctor = str(world.doctor.id)
    for place in (url, f"{url}{Credential.objects.get().pk}/"):
        page = world.http.get(place).content.decode()
        assert doctor in page
        assert "Medical Council" in page
        assert ">Valid</span>" in page
    assert b"City Heart Clinic" in world.http.get(f"{url}{Credential.objects.get().pk}/").content
    certified.revoke(world.council, 7)
    assert b"Revoked, or nobody can tell" in world.http.get(url).content
    unpin(world.council.issuer.id)
    page = world.http.get(url).content.decode()
    assert "No pinned authority vouches for it" in page
    assert "Medical Council" not in page
    pin(world.council.issuer)
    with mock.patch("srs.credentials.pinned_authorities", side_effect=ImproperlyConfigured):
        assert b"The pinned authorities cannot be read" in world.http.get(url).content


def test_contributions_are_filtered_by_their_state(world: World) -> None:
    url = "/admin/srs/contribution/"
    page = world.http.get(f"{url}?state=proposed").content.decode()
    assert str(world.doctor.id) in page
    assert str(world.owner.id) in page
    assert "medical" in page
    assert b"Nothing matches" in world.http.get(f"{url}?state=declined").content


def test_a_document_is_ciphertext(world: World) -> None:
    row = Document.objects.order_by("pk").first()
    assert row is not None
    page = world.http.get(f"/admin/cloudstore/document/{row.pk}/").content.decode()
    start = bytes(row.document)[:512]
    assert start[496:512].hex(" ") in page
    assert bytes(row.document)[512:528].hex(" ") not in page
    answer = world.http.get(f"/admin/cloudstore/document/{row.pk}/octets")
    assert answer.content == bytes(row.document)
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert world.http.get("/admin/cloudstore/document/99999/octets").status_code == 404


def test_an_upload_under_way_says_how_far_it_is(world: World, moved_clock: list[int]) -> None:
    row = Upload.objects.get()
    url = "/admin/cloudstore/upload/"
    for place in (url, f"{url}{row.pk}/"):
        page = world.http.get(place).content.decode().replace("\N{NO-BREAK SPACE}", " ")
        assert "2.9 KB of 8.8 KB" in page
        assert page.count("<time ") == 2
        assert str(row.owner) in page
        assert "xxxx" not in page
    assert str(row.attachment) in page
    moved_clock[0] += 600
    assert world.owner.append(str(row.attachment), 3000, b"x" * 1000).status_code == 200
    later = Upload.objects.get()
    assert (later.begun, later.touched) == (row.begun, moved_clock[0])
    assert (later.received, later.announced) == (4000, 9000)
    Upload.objects.update(announced=None)
    assert b" of 8.8" not in world.http.get(url).content
    for method in ("post", "put", "delete"):
        assert getattr(world.http, method)(f"{url}{row.pk}/").status_code == 405
    later.delete()
    assert world.http.get(f"{url}{row.pk}/").status_code == 404
    assert world.http.get(url).status_code == 200


def test_the_log_is_checked_now(world: World) -> None:
    Check.objects.all().delete()
    answer = world.http.post("/admin/audit/entry/verify/", follow=True)
    assert b"The log is whole" in answer.content
    assert Check.objects.get().by == "jo@example.org"
    assert b"tile--red" not in world.http.get("/admin/").content.replace(b"Open incidents", b"").split(b"Log entries")[-1]  # fmt: skip


def test_a_damaged_log_is_a_red_tile_until_it_is_whole(world: World) -> None:
    append(1)
    answer = world.http.post("/admin/audit/entry/verify/", follow=True)
    assert b"The log is damaged" in answer.content
    assert b"is missing" in answer.content
    assert b"The log is damaged" in world.http.get("/admin/").content


def test_an_incident_is_open_until_somebody_says_what_was_found(world: World) -> None:
    row, index = IntegrityReport.objects.get(), reverse("admin:index")
    assert b"Open incidents" in world.http.get(index).content
    url = f"/admin/phr/integrityreport/{row.pk}/"
    assert world.http.post(f"{url}close/", {"note": " "}).status_code == 422
    assert world.http.post(f"{url}close/", {"note": "put back"}, follow=True).status_code == 200
    row.refresh_from_db()
    assert (row.note, row.closed_by, row.closed is None) == ("put back", "jo@example.org", False)
    assert b"Open incidents" not in world.http.get(index).content
    world.http.post(f"{url}close/", {"note": "again"})
    row.refresh_from_db()
    assert row.note == "put back"
    assert (
        world.http.post("/admin/phr/integrityreport/999/close/", {"note": "x"}).status_code == 404
    )
    kinds = Event.objects.filter(event__contains='"type":"integrity-closed"')
    assert kinds.count() == 1


def test_the_same_report_again_only_counts(world: World) -> None:
    report = {"record": world.record, "partition": "medical", "reason": "cipher-digest"}
    world.doctor.post("integrity-reports", report)
    world.doctor.post("integrity-reports", {**report, "partition": "personal"})
    found = IntegrityReport.objects.order_by("pk").values_list("partition", "count")
    assert list(found) == [("medical", 2), ("personal", 1)]


def test_nothing_waits_and_nothing_is_red_at_zero(world: World) -> None:
    page = world.http.get("/admin/").content.decode()
    for shown in ("tile--amber", "tile--red", "count--amber", "count--red"):
        assert shown in page
    Member.objects.filter(state="pending").update(state="authorised")
    IntegrityReport.objects.update(closed=clock.now(), closed_by="x")
    page = world.http.get("/admin/").content.decode()
    for gone in ("tile--amber", "tile--red", "count--amber", "count--red"):
        assert gone not in page
    assert "Nobody is waiting for you" in page
    assert "No page here can open a health record" in page


def test_the_picture_has_its_table(world: World) -> None:
    page = world.http.get("/admin/").content.decode()
    rows = page.split('class="as-table"')[1].split("<tbody>")[1].split("</tbody>")[0]
    assert rows.count("<tr>") == 14
    assert "<td>1</td><td>1</td>" in rows.split("</tr>")[0]


def test_a_node_that_is_away_is_counted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    from srs import panels

    assert panels.answering(None)["there"] == 1  # type: ignore[arg-type]

    def gone(*args: Any) -> Any:
        raise OperationalError("gone")

    # On the connection itself: what other tests left there would hide the class's method.
    monkeypatch.setattr(connections["srs"], "cursor", gone)
    assert panels.answering(None)["there"] == 0  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("page", "lookup"),
    [
        ("accounts/member", "password__startswith=nothing"),
        ("accounts/member", "slots__secret_hash__startswith=nothing"),
        ("phr/keyrequest", "statement__contains=%20"),
        ("srs/event", "salt__isnull=1"),
        ("srs/accessrequest", "answer__isnull=1"),
    ],
)
def test_no_filter_asks_about_what_no_page_shows(world: World, page: str, lookup: str) -> None:
    def rows(query: str) -> int:
        listed = world.http.get(f"/admin/{page}/?{query}", follow=True)
        assert listed.status_code == 200
        return len(listed.context["cl"].result_list)

    assert rows(lookup) == rows("") > 0
