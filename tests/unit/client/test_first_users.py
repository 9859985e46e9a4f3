"""What people meet first: ordinary files, full disks, Ctrl-C, codes copied from paper."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sesphr.client import elements, prompts, times
from sesphr.client.commands import reading
from sesphr.client.errors import UsageError
from sesphr.client.files import write_atomically, write_stream
from sesphr.client.prompts import recovery_code
from tests.unit.client.conftest import PASSWORD, Endpoint, Lost

ROOT = Path(__file__).resolve().parents[3]
NEW = "umbrella-copper-13-lake"
BOM = b"\xef\xbb\xbf"
database = pytest.mark.django_db(databases="__all__")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (b"", b"", []),
        (b"", b"\n", ["white space"]),
        (b" \t\r\n", b"", ["white space"]),
        (BOM, b"", ["byte order mark"]),
        (b'<?xml version="1.0"?>', b"", ["XML declaration"]),
        (b"<?xml version='1.0' encoding='utf-8' standalone='yes' ?>", b"", ["XML declaration"]),
        (
            BOM + b'<?xml version="1.0" encoding="UTF-8"?>\r\n', b"\r\n",
            ["byte order mark", "XML declaration", "white space"],
        ),
    ],
)  # fmt: skip
def test_what_an_ordinary_file_has_around_its_root_is_left_out(before, after, said):
    assert elements.bare(before + b"<a> <!-- in --> </a>" + after) == (
        b"<a> <!-- in --> </a>", said,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"<!-- c --><a/>", "comment"),
        (b"<a/><!-- c -->\n", "comment"),
        (b"<?style x?><a/>", "<?style"),
        (b"<a/><?late x?>", "<?late"),
        (b"<a><?inside x?></a>", "<?inside"),
        (b"<!DOCTYPE a [<!ENTITY b 'b'>]><a>&b;</a>", "DOCTYPE"),
        (b'<?xml version="1.0"?><!-- c --><!DOCTYPE a><a/>', "comment"),
        (b'<?xml version="1.1"?><a/>', "declaration"),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?><a/>', "declaration"),
        (b' <?xml version="1.0"?><a/>', "declaration"),
        (b'<?xml version="1.0"?><?xml version="1.0"?><a/>', "declaration"),
        (b"<a/><b/>", "one well-formed"),
        (b"text<a/>", "one well-formed"),
        (BOM + BOM + b"<a/>", "one well-formed"),
        (b"\xc2\xa0<a/>", "one well-formed"),
        ("<a/>".encode("utf-16"), "one well-formed"),
        (b"<a>" * 65 + b"</a>" * 65, "one well-formed"),
    ],
)
def test_what_else_stands_there_is_named(octets, said):
    with pytest.raises(elements.Unfit, match=said.replace("?", r"\?")):
        elements.bare(octets)


@database
def test_the_element_is_what_is_counted_and_opened(ada, tmp_path):
    path, element = tmp_path / "m.xml", b"<m>\xc3\xa9</m>"
    path.write_bytes(BOM + b'<?xml version="1.0"?>\n' + element + b"\n")
    done = ada.run("deposit", "--partition", f"medical={path}")
    assert done.json["partitions"] == {"medical": len(element)}
    assert "XML declaration" in done.err
    ada.ok("open", done.json["record"], "--output", str(tmp_path / "out"))
    assert (tmp_path / "out" / "medical.xml").read_bytes() == element
    path.write_bytes(b"<m/><!-- c -->")
    assert (
        "remove the comment" in ada.fails(6, "deposit", "--partition", f"medical={path}")["error"]
    )


@database
def test_files_that_are_not_there_and_files_that_cannot_be_taken(ada, tmp_path):
    (tmp_path / "empty").write_bytes(b"")
    for code, name in (
        (2, "missing"), (2, "empty/under"), (2, "x" * 300), (6, "empty"), (6, ".")
    ):  # fmt: skip
        ada.fails(code, "deposit", str(tmp_path / name))
        ada.fails(code, "deposit", "--partition", f"medical={tmp_path / name}")
    ada.fails(2, "deposit", "--partition", "medical=")
    ada.fails(2, "export", "--output", "")
    ada.fails(2, "open", "11111111-2222-4333-8444-555555555555", "--output=")


CODE = "OIBA-2345-67CD-EFGH-JKLM-NPQR-STUV-WXYZ"


@pytest.mark.parametrize(
    "typed",
    [CODE, CODE.replace("-", "\u2013"), CODE.replace("-", "\u2011"), CODE.replace("-", "\u2212"),
     CODE.replace("-", "\u2014"), f"\u201c{CODE}\u201d", f"'{CODE}'", CODE.replace("-", "\u00a0"),
     CODE.replace("-", " \t\u200b"), CODE.replace("OIB", "018"), f"\ufeff{CODE}\n"],
)  # fmt: skip
def test_a_code_as_people_copy_it(typed, monkeypatch):
    assert recovery_code(typed) == CODE.replace("-", "")
    monkeypatch.setenv("SESPHR_RECOVERY_CODE", typed)
    assert prompts.recovery_code(None) == CODE.replace("-", "")


@pytest.mark.parametrize(
    "text", ["9999-12-29", "9999-12-31", "10000-01-01", "9999-12-31T23:59-12:00", "99999-01-01"]
)
def test_the_last_day_is_told_and_works(text):
    with pytest.raises(UsageError, match="9999-12-28"):
        times.until(text)
    assert times.until("9999-12-28")
    with pytest.raises(UsageError, match="future"):
        times.until("0001-01-01")


def lose(*_):
    raise Lost("lost")


def interrupt(*_):
    raise KeyboardInterrupt


@database
@pytest.mark.parametrize("how", [lose, interrupt])
@pytest.mark.parametrize(
    ("method", "path", "new_counts", "old_counts"),
    [
        ("POST", "/sign-in/parameters", False, True),
        ("POST", "/session", False, True),
        ("PUT", "/slots/password", True, True),
        ("PUT", "/slots/recovery", True, False),
        ("DELETE", "/session", True, False),
    ],
)
def test_recovering_may_be_interrupted_anywhere(
    wire, tmp_path, monkeypatch, how, method, path, new_counts, old_counts
):
    eve = Endpoint(tmp_path / "eve", "eve@example.org", wire)
    old = eve.ok("register", "--role", "owner", "--name", "E", "--email", eve.login)[
        "recovery_code"
    ]
    monkeypatch.setenv("SESPHR_PASSWORD", NEW)
    wire.on(method, path, how)
    found = eve.run("recover", "--code", old)
    wire.honest()
    if (method, how) == ("DELETE", lose):
        # Signing out is not what the command is for.
        assert eve.ok("recover", "--code", found.json["recovery_code"])
        return
    assert found.code == 5
    assert ("run recovery-code" in found.json["error"]) is not old_counts
    assert ("new password" in found.json["error"]) is new_counts
    # What the sentence says works.
    if old_counts:
        monkeypatch.setenv("SESPHR_PASSWORD", NEW)
        fresh = eve.ok("recover", "--code", old)["recovery_code"]
    else:
        assert "sign in" in eve.fails(3, "recover", "--code", old)["error"]
        fresh = eve.ok("recovery-code")["recovery_code"]
    assert eve.ok("recover", "--code", fresh)["recovery_code"]


@database
def test_a_recovery_code_whose_answer_was_lost(ada, wire):
    wire.on("PUT", "/slots/recovery", lose)
    assert "run recovery-code" in ada.fails(5, "recovery-code")["error"]
    wire.honest()
    assert ada.ok("recover", "--code", ada.ok("recovery-code")["recovery_code"])


@database
def test_opening_in_part_names_both(ada, lee, tmp_path):
    record = ada.deposit(medical="<a/>", personal="<b/>")
    ada.ok("grant", lee.login, "--partition", "medical", "--history")
    words = ("open", record, "--output", str(tmp_path / "out"))
    named = ("--partition", "medical", "--partition", "personal")
    found = lee.run(*words, *named, json_=False)
    assert (found.code, "medical.xml" in found.out) == (3, True)
    assert "personal" in found.out
    assert "personal" in found.err


@database
def test_a_second_record_in_one_folder_is_warned_of(ada, tmp_path):
    one, two = ada.deposit(medical="<a/>"), ada.deposit(personal="<b/>")
    words = ("--output", str(tmp_path / "out"))
    assert ada.run("open", one, *words).err == ""
    assert ada.run("open", one, *words).err == ""
    found = ada.run("open", two, *words)
    assert (found.code, one in found.err) == (0, True)
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["medical.xml", "personal.xml"]
    for path in (tmp_path / "out").iterdir():
        path.unlink()
    assert ada.run("open", one, *words).err == ""


@database
def test_a_disk_that_is_full_halfway(ada, tmp_path, monkeypatch):
    record = ada.deposit(medical="<a/>", personal="<b/>")

    def full(path, octets):
        if list(path.parent.iterdir()):
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        write_atomically(path, octets)

    monkeypatch.setattr(reading, "write_atomically", full)
    out = tmp_path / "out"
    found = ada.fails(2, "open", record, "--output", str(out))
    assert [f"{name}.xml" for name in found["opened"]] == [path.name for path in out.iterdir()]
    assert found["code"] == "file"


def test_no_sentence_names_a_draft(tmp_path):
    (tmp_path / "there" / "x").mkdir(parents=True)
    for write, what in ((write_atomically, b"x"), (write_stream, [b"x"])):
        for path in (tmp_path / "there", tmp_path / "missing" / "f"):
            with pytest.raises(OSError, match=r"there|missing") as found:
                write(path, what)
            assert (found.value.filename, found.value.filename2) == (str(path), None)
    assert [one.name for one in tmp_path.iterdir()] == ["there"]


def shell(script: str, *words: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    kept = {"PATH": os.environ["PATH"], "SESPHR_HOME": str(tmp_path), "SESPHR_PASSWORD": PASSWORD}
    line = ["sh", "-c", script, "sh", sys.executable, "-m", "sesphr.client", *words]
    return subprocess.run(line, cwd=ROOT, env=kept, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("script", ['"$@" >&-', '"$@" >/dev/full'])
@pytest.mark.parametrize("words", [["whoami", "--json"], ["--help"]])
def test_standard_output_that_takes_nothing(script, words, tmp_path):
    done = shell(script, *words, tmp_path=tmp_path)
    assert done.returncode == 5, done
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    assert "Standard output" in done.stderr


@pytest.mark.parametrize("script", ['"$@" 2>&-', '"$@" 2>/dev/full', '"$@" >&- 2>&-'])
def test_standard_error_that_takes_nothing(script, tmp_path):
    done = shell(script, "whoami", tmp_path=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")


INTERRUPTED_LOADING = """
import runpy, sys
class Impatient:
    def find_spec(self, name, *_):
        if name == "pydantic":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Impatient())
runpy.run_module("sesphr.client", run_name="__main__", alter_sys=True)
"""


def test_an_interruption_while_loading():
    line = [sys.executable, "-c", INTERRUPTED_LOADING, "whoami", "--json"]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, json.loads(done.stdout)["code"]) == (5, "interrupted")
    assert done.stderr == ""
    done = subprocess.run(line[:-1], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (5, "", "Interrupted.\n")


@database
def test_an_answer_that_nobody_could_see(ada, capsys, monkeypatch):
    from sesphr.client import main as client_main

    monkeypatch.setattr(client_main.sys, "stdout", None)
    line = ["--home", str(ada.home), "--server", "http://127.0.0.1:8000", "--json"]
    assert client_main.main([*line, "recovery-code"]) == 5
    assert "run recovery-code" in capsys.readouterr().err
