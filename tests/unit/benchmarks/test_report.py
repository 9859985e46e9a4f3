"""The report says what was measured, and says so where nothing was. Nothing is timed here."""

import re

import pytest

from benchmarks.plan import OPEN_STEPS, ROWS, SEAL_STEPS, STEPS, Results
from benchmarks.report import Report, by_engine, cell, largest, number, on_rows, render, table
from benchmarks.texts import NOTES, ROW_TITLES, STEP_TITLES
from benchmarks.timing import Series


def series(*milliseconds: float) -> Series:
    return Series(tuple(value / 1000 for value in milliseconds))


def line_of(text: str, start: str) -> str:
    (found,) = [line for line in text.splitlines() if line.startswith(start)]
    return found


class TestNumbers:
    @pytest.mark.parametrize(
        ("milliseconds", "text"),
        [(0.0123456, "0.0123"), (1.2345, "1.23"), (9.99, "9.99"), (12.345, "12.3"), (123.4, "123"),
         (1234.5, "1,234"), (27982.0, "27,982")],
    )  # fmt: skip
    def test_three_digits_count(self, milliseconds: float, text: str) -> None:
        assert number(milliseconds / 1000) == text

    def test_a_cell_has_median_and_quartiles(self) -> None:
        assert cell(series(5, 1, 2, 4, 3)) == "3 (2 to 4)"

    def test_one_value_is_its_own_spread(self) -> None:
        assert cell(series(7)) == "7 (7 to 7)"

    def test_what_was_not_measured_is_no_zero(self) -> None:
        assert cell(None) == "not measured"


class TestTables:
    def test_markdown(self) -> None:
        assert table(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | ---: |\n| 1 | 2 |"

    def test_every_engine_has_its_own_column(self) -> None:
        results: Results = {("Python", "seal", 50): series(1), ("Chromium", "seal", 50): series(3)}
        text = by_engine(results, "seal", (50, 2048), "KB", {})
        assert line_of(text, "| 50 ") == "| 50 | 1 (1 to 1) | not measured | 3 (3 to 3) |"
        assert line_of(text, "| 2,048 ").count("not measured") == 3

    def test_the_largest_steps_are_named_with_their_shares(self) -> None:
        results: Results = {
            ("Node", "seal", 50): series(100),
            ("Node", "digest", 50): series(10),
            ("Node", "prove", 50): series(60),
            ("Node", "wrap", 50): series(25),
        }
        (said,) = largest(results, SEAL_STEPS, 50, "seal")
        assert said == "- Node, 50 KB (100 ms in all): proof of knowledge 60 % and AES-256-KW 25 %."

    def test_nothing_is_said_of_a_whole_that_was_not_measured(self) -> None:
        assert largest({("Node", "digest", 50): series(1)}, SEAL_STEPS, 50, "seal") == []


class TestReencryption:
    def test_pairs_of_a_batch_and_ratios_of_the_same_round(self) -> None:
        # The machine was three times slower in the last round: the ratio does not mind.
        results: Results = {
            (ROWS, "pairing", 0): series(100, 100, 300),
            (ROWS, "rows_batch", 0): series(120, 120, 360),
        }
        line = line_of(on_rows(results), f"| {ROW_TITLES['rows_batch']}")
        assert line.endswith("| 1.2 (1.2 to 2.4) | 1.20 (1.20 to 1.20) |")

    def test_a_request_of_one_pair_is_not_divided(self) -> None:
        results: Results = {
            (ROWS, "pairing", 0): series(100),
            (ROWS, "access_single", 0): series(12),
        }
        line = line_of(on_rows(results), f"| {ROW_TITLES['access_single']}")
        assert line.endswith("| 12.0 (12.0 to 12.0) | 12.00 (12.00 to 12.00) |")

    def test_without_the_bare_pairing_there_is_no_ratio(self) -> None:
        line = line_of(on_rows({(ROWS, "kernel", 0): series(100)}), f"| {ROW_TITLES['kernel']}")
        assert line.endswith("| 1 (1 to 1) | not measured |")


class TestWhole:
    def test_facts_and_figures_stand_in_it(self) -> None:
        results: Results = {
            ("Python", "seal", 1500): series(36.3),
            (ROWS, "pairing", 0): series(74),
            ("Python", "keys", 10_000): series(20_000),
        }
        for engine in ("Python", "Node", "Chromium"):
            results[engine, "open_user", 50] = results[engine, "open_owner", 50] = series(1)
        text = render(Report({"CPU": "a processor", "Node": "24"}, results))
        assert "- CPU: a processor\n- Node: 24\n" in text
        assert line_of(text, "| 1,500 | 36.3 ")
        assert "Python: 2 ms a member, over 10,000 members." in text
        assert text.endswith("|\n")

    def test_without_a_single_figure_it_still_says_so(self) -> None:
        text = render(Report({}, {}))
        assert "not measured" in text
        assert not re.search(r"\d \(", text)

    def test_every_step_and_note_has_words(self) -> None:
        assert set(STEPS) == set(SEAL_STEPS) | set(OPEN_STEPS) == set(STEP_TITLES)
        assert all(NOTES.values())
