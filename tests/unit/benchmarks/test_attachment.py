"""The benchmark of a large file fails where a page holds too much. Nothing is measured here."""

import sys
from pathlib import Path

import pytest

from benchmarks import attachment
from benchmarks.attachment import MIB, MOST_HEAP, STEPS, Measured

FITS = [Measured(name, 1.0, MOST_HEAP, 5.0) for name in STEPS]


def run(monkeypatch: pytest.MonkeyPatch, output: Path, steps: list[Measured]) -> None:
    monkeypatch.setattr(attachment, "measure", lambda *_: ("1.2.3", steps))
    monkeypatch.setattr(sys, "argv", ["attachment", "--output", str(output)])
    attachment.main()


def test_every_step_below_the_bound_ends_well(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run(monkeypatch, tmp_path / "report.md", FITS)
    written = (tmp_path / "report.md").read_text()
    assert "no step may hold more than 150 MiB" in written
    assert written.count("| 150 | 5 |") == len(STEPS)


def test_a_step_above_it_fails_by_name_and_is_reported_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    steps = [*FITS[:-1], Measured("open", 1.0, MOST_HEAP + MIB, 5.0)]
    with pytest.raises(SystemExit) as raised:
        run(monkeypatch, tmp_path / "report.md", steps)
    # A text makes Python end with 1.
    assert raised.value.code == f"{STEPS['open']}: the page held 151.0 MiB, more than 150."
    assert "| 151 | 5 |" in (tmp_path / "report.md").read_text()
