"""Writes the report: tables of medians and quartiles, and what they say.

Every sentence with a number is made from the figures of the same run. What was not
measured is shown as such, never as zero.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from benchmarks.plaintext import SIZES
from benchmarks.plan import (
    MEMBERS,
    NODES,
    OPEN_STEPS,
    PAIRS,
    ROWS,
    SEAL_STEPS,
    STEP_SIZES,
    Results,
)
from benchmarks.texts import HEAD, NOTES, ROW_TITLES, STEP_TITLES
from benchmarks.timing import Series

ENGINES = ("Python", "Node", "Chromium")
MISSING = "not measured"
# So many pairs a batch has; what is measured for one pair is not divided.
BATCH = 100
PER_REQUEST = ("access_single",)


@dataclass(frozen=True)
class Report:
    """What was measured, and on what."""

    facts: Mapping[str, str]
    results: Results


def number(seconds: float) -> str:
    """Milliseconds with three digits that count."""
    milliseconds = seconds * 1000
    if milliseconds >= 100:
        return f"{milliseconds:,.0f}"
    return f"{milliseconds:.1f}" if milliseconds >= 10 else f"{milliseconds:.3g}"


def cell(series: Series | None) -> str:
    """Median and, in brackets, lower and upper quartile, in milliseconds."""
    if series is None:
        return MISSING
    lower, upper = series.quartiles
    return f"{number(series.median)} ({number(lower)} to {number(upper)})"


def table(head: Iterable[str], lines: Iterable[Iterable[str]]) -> str:
    """A Markdown table; all columns but the first are aligned to the right."""
    titles = list(head)
    rule = ["---", *("---:" for _ in titles[1:])]
    return "\n".join(f"| {' | '.join(line)} |" for line in (titles, rule, *map(list, lines)))


def _rounds(results: Iterable[Series | None]) -> str:
    counts = sorted({len(series.values) for series in results if series is not None})
    if not counts:
        return MISSING
    return f"{counts[0]} rounds" if len(counts) == 1 else f"{counts[0]} to {counts[-1]} rounds"


def by_engine(
    results: Results, case: str, sizes: Iterable[int], first: str, titles: Mapping[int, str]
) -> str:
    """One case: a line for each size, a column for each engine."""
    lines = [
        [titles.get(size, f"{size:,}"), *(cell(results.get((e, case, size))) for e in ENGINES)]
        for size in sizes
    ]
    return table([first, *ENGINES], lines)


def steps(results: Results, names: Iterable[str], size: int) -> str:
    """The steps of sealing or opening at one size."""
    lines = [
        [STEP_TITLES[name], *(cell(results.get((e, name, size))) for e in ENGINES)]
        for name in names
    ]
    return table([f"{size:,} KB, step", *ENGINES], lines)


def largest(results: Results, names: Iterable[str], size: int, whole: str) -> list[str]:
    """For each engine: which steps take the most of the whole."""
    said = []
    for engine in ENGINES:
        total = results.get((engine, whole, size))
        found = {name: results.get((engine, name, size)) for name in names}
        known = {name: series.median for name, series in found.items() if series is not None}
        if total is None or not known:
            continue
        top = sorted(known, key=lambda name: known[name], reverse=True)[:2]
        shares = " and ".join(
            f"{STEP_TITLES[name]} {100 * known[name] / total.median:.0f} %" for name in top
        )
        said.append(f"- {engine}, {size:,} KB ({number(total.median)} ms in all): {shares}.")
    return said


def on_rows(results: Results) -> str:
    """Re-encryption: milliseconds a pair, and against the bare pairing of the same rounds."""
    base, lines = results.get((ROWS, "pairing", 0)), []
    for name, title in ROW_TITLES.items():
        series = results.get((ROWS, name, 0))
        each = series if series is None or name in PER_REQUEST else series.divided(BATCH)
        lines.append([title, cell(each), _ratio(each, base)])
    return table(["what", "ms for a pair", "times the bare pairing"], lines)


def _ratio(each: Series | None, base: Series | None) -> str:
    if each is None or base is None:
        return MISSING
    ratio = each.ratio_to(base.divided(BATCH))
    lower, upper = ratio.quartiles
    return f"{ratio.median:.2f} ({lower:.2f} to {upper:.2f})"


def _per_member(results: Results) -> str:
    lines = []
    for engine in ENGINES:
        most = [m for m in MEMBERS if (engine, "keys", m) in results]
        if most:
            each = results[engine, "keys", most[-1]].divided(most[-1])
            lines.append(
                f"- {engine}: {number(each.median)} ms a member, over {most[-1]:,} members."
            )
    return "\n".join(lines)


def _section(title: str, *parts: str) -> str:
    return "\n\n".join([f"## {title}", *(part for part in parts if part)])


def _seal_and_open(results: Results) -> list[str]:
    sections = []
    for case, title in (
        ("seal", "Seal"),
        ("open_user", "Open, as a user"),
        ("open_owner", "Open, as the owner"),
    ):
        figures = by_engine(results, case, SIZES, "KB", {})
        ran = _rounds(results.get((e, case, size)) for e in ENGINES for size in SIZES)
        sections.append(_section(title, NOTES[case], f"Milliseconds, {ran}:", figures))
    return sections


def _where(results: Results) -> str:
    parts = [NOTES["steps"]]
    for names, whole, title in (
        (SEAL_STEPS, "seal", "Sealing"), (OPEN_STEPS, "open_user", "Opening as a user"),
    ):  # fmt: skip
        for size in STEP_SIZES:
            parts += [f"### {title}, {size:,} KB", steps(results, names, size)]
            parts.append("\n".join(largest(results, names, size, whole)))
    return _section("Where the time goes", *parts)


def _others(results: Results) -> list[str]:
    nodes = {1: "n = 1", 3: "n = 3, t = 2"}
    rows = [series for key, series in results.items() if key[0] == ROWS]
    return [
        _section(
            "Keys", NOTES["keys"], by_engine(results, "keys", MEMBERS, "members", {}), _per_member(results)
        ),
        _section(
            "Grant", NOTES["grant"], by_engine(results, "grant", NODES, "at the owner", nodes),
            NOTES["check_direct"], by_engine(results, "check_direct", NODES, "at one node", nodes),
        ),
        _section("Re-encryption", NOTES["rows"], f"{_rounds(rows)}:", on_rows(results), NOTES["after_rows"]),
        _section(
            "Statements and passwords", NOTES["verify_request"],
            by_engine(results, "verify_request", PAIRS, "pairs", {}), NOTES["password_slot"],
            by_engine(results, "password_slot", (64,), "MiB", {}),
        ),
    ]  # fmt: skip


def render(report: Report) -> str:
    """The whole report, in Markdown."""
    facts = "\n".join(f"- {title}: {text}" for title, text in report.facts.items())
    sections = [
        HEAD, _section("Machine", facts), *_seal_and_open(report.results), _where(report.results),
        *_others(report.results),
    ]  # fmt: skip
    return "\n\n".join(sections) + "\n"
