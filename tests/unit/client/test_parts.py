"""The small parts: HOME, outbox, files, times, names, addresses."""

import json
import os
import threading
import time

import pytest

from sesphr.client import files, home, times
from sesphr.client.commands import names
from sesphr.client.errors import UsageError
from sesphr.client.home import Folder, Home
from sesphr.client.http import check_address, problem
from sesphr.client.outbox import Outbox
from sesphr.client.sealing import Original
from sesphr.crypto.document import check_element


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    folder = Folder(tmp_path / "h")
    folder.write("acl", {"seq": 1})

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(home.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        folder.write("acl", {"seq": 2})
    monkeypatch.undo()
    assert folder.read("acl") == {"seq": 1}
    assert [path.name for path in folder.path.iterdir()] == ["acl.json"]


@pytest.mark.parametrize("octets", [b"", b"{", b"[1]", b"\xff", b"[" * 100_000])
def test_a_file_that_cannot_be_read_is_never_made_anew(tmp_path, octets):
    folder = Folder(tmp_path)
    (tmp_path / "people.json").write_bytes(octets)
    with pytest.raises(UsageError):
        folder.read("people")
    with pytest.raises(UsageError):
        folder.update("people", a=1)
    assert (tmp_path / "people.json").read_bytes() == octets


def test_home_is_made_private(tmp_path):
    path = tmp_path / "open"
    path.mkdir(mode=0o755)
    Home(path).update("settings", login="a@example.org")
    assert path.stat().st_mode & 0o777 == 0o700
    assert (path / "settings.json").stat().st_mode & 0o777 == 0o600


def test_two_commands_do_not_lose_each_others_pins(tmp_path):
    folder = Folder(tmp_path)

    def add(number):
        folder.update("people", **{f"p{number}": number})

    threads = [threading.Thread(target=add, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(folder.read("people")) == 20


def test_a_draft_is_no_parcel(tmp_path):
    outbox = Outbox(Folder(tmp_path))
    with outbox.held(), outbox.drafted() as draft:
        draft.write("document", b"x")
        assert outbox.find("k") is None
    assert list(outbox.path.iterdir()) == []


def test_a_parcel_appears_whole_and_goes_whole(tmp_path):
    outbox = Outbox(Folder(tmp_path))
    with outbox.held():
        with outbox.drafted() as draft:
            draft.write("document", b"x")
            outbox.seal(draft, "k", {"a": 1})
        parcel = outbox.find("k")
        assert parcel is not None
        assert (parcel.parts, parcel.file("document").read_bytes()) == ({"a": 1}, b"x")
        outbox.remove(parcel)
        assert outbox.find("k") is None
    assert list(outbox.path.iterdir()) == []


def test_a_parcel_without_its_list_is_reported(tmp_path):
    outbox = Outbox(Folder(tmp_path))
    with outbox.held():
        (outbox.path / "k").mkdir()
        with pytest.raises(UsageError):
            outbox.find("k")


def test_one_command_at_a_time_has_the_outbox(tmp_path):
    outbox, order = Outbox(Folder(tmp_path)), []

    def second():
        with Outbox(Folder(tmp_path)).held():
            order.append("second")

    with outbox.held():
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.1)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_a_stream_that_breaks_off_leaves_nothing(tmp_path):
    def pieces():
        yield b"some"
        raise EOFError

    with pytest.raises(EOFError):
        files.write_stream(tmp_path / "f", pieces())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/etc/passwd", "..", ".", "", "a/b", "a\\b", "a\0b", "\u202egpj.exe",
     "x" * 500, "é" * 300, "\udc80", ".bashrc", "con:", "a\nb", " . "],
)  # fmt: skip
def test_a_name_stays_in_its_folder(tmp_path, name):
    safe = files.safe_name(name)
    assert safe
    assert "/" not in safe
    assert not safe.startswith(".")
    (tmp_path / safe).write_bytes(b"x")
    assert [path.name for path in tmp_path.iterdir()] == [safe]


@pytest.mark.parametrize(
    "name", ["a.xml", "<&\"'>.xml", "\udc80.xml", "é.json", "]]>.xml", "x" * 1000]
)
def test_the_original_is_described_in_one_element(name):
    original = Original.of(f"/somewhere/{name}", "application/xml", b"octets")
    element = original.element("11111111-2222-4333-8444-555555555555", 6)
    assert check_element(element) == element
    assert b"somewhere" not in element


@pytest.mark.parametrize(
    "text",
    ["", "tomorrow", "2020-01-01", "2026-13-01", "2026-02-30", "99999-01-01", "1e9", "9999-12-31"],
)
def test_moments_that_are_refused(text):
    with pytest.raises(UsageError):
        times.until(text)


def test_a_day_lasts_until_its_end(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    assert times.iso(times.until("2099-12-31")) == "2100-01-01T00:00:00Z"
    assert times.iso(times.until("2099-12-31T12:00")) == "2099-12-31T12:00:00Z"
    assert times.iso(times.until("2099-12-31T12:00+02:00")) == "2099-12-31T10:00:00Z"
    assert times.until(None) is None
    assert times.iso(2**60) is None
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("name", ["", "Medical", "a b", "x" * 33, "é", "../x"])
def test_names_that_are_refused(name):
    with pytest.raises(UsageError):
        names.partitions([name])


def test_names_count_once():
    assert names.partitions(["a", "b", "a"]) == ["a", "b"]
    assert names.partitions(None) == []


@pytest.mark.parametrize(
    "server",
    ["", "example.org", "ftp://example.org", "http://example.org", "http://127.0.0.1.example.org",
     "http://127.0.0.1:99999", "https://user:pw@example.org", "https://example.org?x=1", "http://[::1"],
)  # fmt: skip
def test_addresses_that_are_refused(server):
    with pytest.raises(UsageError):
        check_address(server, insecure=False)


@pytest.mark.parametrize(
    "server",
    ["http://localhost:8000", "http://127.0.0.1", "http://[::1]:8000/", "https://example.org"],
)
def test_addresses_that_are_taken(server):
    assert check_address(server, insecure=False) == server.rstrip("/")


def test_plain_http_elsewhere_needs_a_word():
    assert check_address("http://example.org", insecure=True) == "http://example.org"


@pytest.mark.parametrize(
    ("status", "code", "exit_code"),
    [
        (401, "signed-out", 3), (401, "wrong-secret", 3), (401, "otp-needed", 3),
        (403, "not-authorised", 3), (403, "refused", 3), (403, "expired", 3), (404, "not-found", 3),
        (429, "rate-limited", 3), (409, "conflict", 2), (422, "invalid", 2), (413, "too-large", 6),
        (502, "integrity", 4), (503, "unavailable", 5), (500, "internal", 5), (418, "tea", 5),
    ],
)  # fmt: skip
def test_every_problem_has_its_exit_code(status, code, exit_code):
    found = problem(status, json.dumps({"code": code, "detail": "A sentence."}).encode())
    assert (found.exit_code, found.code, str(found)) == (exit_code, code, "A sentence.")


@pytest.mark.parametrize(
    "octets", [b"", b"<html>", b"[]", b'{"detail": "Not Found"}', b'{"code": 5, "detail": 6}']
)
def test_what_is_no_problem_document_is_no_refusal(octets):
    assert problem(404, octets).exit_code == 5


def test_a_servers_sentence_cannot_drive_the_terminal():
    found = problem(
        403, json.dumps({"code": "refused", "detail": "a\x1b[2Jb\nc" + "x" * 5000}).encode()
    )
    assert str(found).startswith("a[2Jbc")
    assert len(str(found)) <= 1000


def test_a_lock_is_closed_to_children(tmp_path):
    with Folder(tmp_path).locked("x"):
        (descriptor,) = (
            int(name)
            for name in os.listdir("/proc/self/fd")
            if os.path.realpath(f"/proc/self/fd/{name}").endswith(".x.lock")
        )
        assert not os.get_inheritable(descriptor)
