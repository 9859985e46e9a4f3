"""verify_log: whole logs pass, each kind of damage is named."""

import secrets
import uuid
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from audit import selectors, services
from audit.log import LocalLog
from audit.models import Entry, Hash
from audit.verify import LogDamaged, Replay, compare_checkpoint, verify

pytestmark = pytest.mark.django_db(databases="__all__")


def fill(count: int) -> None:
    for _ in range(count):
        services.append(stream=uuid.uuid4(), number=1, entry=secrets.token_bytes(32))


def damaged() -> str:
    """The sentence with which the command ends in failure."""
    with pytest.raises(CommandError) as error:
        call_command("verify_log")
    assert error.value.returncode == 1
    return str(error.value)


@pytest.mark.parametrize("count", [0, 1, 2, 7, 8])
def test_a_whole_log_passes(count: int) -> None:
    fill(count)
    out = StringIO()
    call_command("verify_log", stdout=out)
    root = selectors.root(count).hex()
    assert out.getvalue() == f"The log is whole: {count} entries, {count} streams, root {root}.\n"


def test_more_than_one_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audit.verify.BATCH", 3)
    fill(11)
    assert verify().size == 11


def test_an_entry_without_its_hashes() -> None:
    fill(2)
    Entry.objects.create(index=2, stream=uuid.uuid4(), number=1, entry=bytes(32), time=0)
    assert damaged() == "The hash at level 0, position 2 is missing."


def test_a_hash_that_is_not_its_entries() -> None:
    fill(2)
    Entry.objects.create(index=2, stream=uuid.uuid4(), number=1, entry=bytes(32), time=0)
    Hash.objects.create(level=0, position=2, hash=bytes(32))
    assert damaged() == "The hash at level 0, position 2 is not its entries'."


def test_hashes_without_entries() -> None:
    fill(2)
    Hash.objects.create(level=0, position=2, hash=bytes(32))
    assert damaged() == "Level 0 has 3 hashes, where 2 are right."


def test_a_missing_entry() -> None:
    with pytest.raises(LogDamaged, match="Entry 0 is missing: the next one is 1"):
        Replay().add(Entry(index=1, stream=uuid.uuid4(), number=1, entry=bytes(32)))


@pytest.mark.parametrize("number", [0, 1, 3])
def test_a_stream_with_a_gap_or_a_repetition(number: int) -> None:
    replay, stream = Replay(), uuid.uuid4()
    replay.add(Entry(index=0, stream=stream, number=1, entry=bytes(32)))
    with pytest.raises(LogDamaged, match=f"number {number} in its stream, where 2 comes next"):
        replay.add(Entry(index=1, stream=stream, number=number, entry=bytes(32)))


def test_an_earlier_checkpoint_still_holds(tmp_path: Path) -> None:
    fill(3)
    kept = tmp_path / "checkpoint"
    kept.write_text(LocalLog().checkpoint(), encoding="utf-8")
    fill(4)
    call_command("verify_log", "--checkpoint", str(kept), stdout=StringIO())


def test_a_checkpoint_of_a_longer_log() -> None:
    fill(3)
    longer = LocalLog().checkpoint()
    with pytest.raises(LogDamaged, match="of 3 entries, the log has only 2"):
        compare_checkpoint(longer, 2)


def test_a_checkpoint_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_log", "--checkpoint", str(tmp_path / "none"))


def test_a_checkpoint_of_another_log(monkeypatch: pytest.MonkeyPatch) -> None:
    fill(3)
    monkeypatch.setattr(selectors, "root", lambda size: bytes(32))
    other = LocalLog().checkpoint()
    monkeypatch.undo()
    with pytest.raises(LogDamaged, match="not those that the checkpoint signs"):
        verify(other)


@pytest.mark.parametrize("text", ["", "nonsense", "a\n0\nb\n\n— a AAAA\n"])
def test_a_checkpoint_that_nobody_signed(text: str) -> None:
    with pytest.raises(LogDamaged, match="not one that this log signed"):
        verify(text)
