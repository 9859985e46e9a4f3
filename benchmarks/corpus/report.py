"""Writes docs/corpus.md of what measure.mjs found."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from benchmarks.corpus.fetch import Source

Row = dict[str, Any]
MOST = 12

HEAD = """# The corpus

What of many records that nobody on this project wrote can be imported and shown, and why not the rest. Made by
`python -m benchmarks.corpus`, which fetches pinned packages into `var/corpus` and `benchmarks/corpus/node_modules`
(neither `make demo` nor `make test` does), imports every C-CDA document and every FHIR resource or Bundle in them with
the importer that the pages use, reads each partition with the pages' reader, and writes this file.

- **imported**: split into partitions. **refused**: with a sentence that says why. **broken**: anything else that threw.
- **mapped**: of imported FHIR files the resources that stand in a partition; of C-CDA the sections that the table knows.
- **rendered**: the reader gave facts (as many as items), sections and people of every partition.
- **named**: facts that are called something. **same in XML**: written as XML, a FHIR file in JSON gave the same items.
"""


def written(sources: list[Source], rows: list[Row]) -> str:
    """The whole report."""
    parts = [
        HEAD,
        f"{datetime.now(UTC):%Y-%m-%d}, {len(rows)} files.\n",
        _table(sources, rows),
        _refusals(rows),
    ]
    broken = [row for row in rows if row["outcome"] == "broken" or row.get("wrong")]
    parts += (
        ["## Faults\n", *(_fault(row) for row in broken)]
        if broken
        else ["No file was broken, and none failed to render.\n"]
    )
    unknown = Counter(code for row in rows for code in row.get("unknown", []))
    if unknown:
        parts += ["## Section codes that the table does not know\n", _counted(unknown, "code")]
    left = Counter[str]()
    for row in rows:
        left.update(dict(row.get("left", [])))
    if left:
        parts += [
            "## Resources of imported files that stand in no partition\n",
            _counted(left, "why, and which type"),
        ]
    return "\n".join(parts)  # fmt: skip


def _table(sources: list[Source], rows: list[Row]) -> str:
    lines = [
        "| source | licence | files | imported | refused | broken | mapped | rendered | named | same in XML |",
        f"|{'---|' * 10}",
    ]
    for source in sources:
        own = [row for row in rows if row["source"] == source.name]
        count = Counter(row["outcome"] for row in own)
        told = [row for row in own if "inXml" in row]
        lines.append(
            f"| {source.package} | {source.licence} | {len(own)} | {count['imported']} | {count['refused']} | {count['broken']} "
            f"| {_mapped(own)} | {_share(own, count['imported'], lambda row: bool(row.get('rendered')))} "
            f"| {_of(_sum(own, 'named'), _sum(own, 'facts'))} | {_share(told, len(told), lambda row: row['inXml'] == 'same')} |"
        )
    return "\n".join(lines) + "\n"  # fmt: skip


def _mapped(rows: list[Row]) -> str:
    resources, sections = _sum(rows, "resources"), _sum(rows, "sections")
    left = sum(number for row in rows for _, number in row.get("left", []))
    told = []
    if resources:
        told.append(f"{_of(resources - left, resources)} resources")
    if sections:
        told.append(f"{_of(sections - _sum(rows, 'unknownSections'), sections)} sections")
    return ", ".join(told) or "-"


def _sum(rows: Iterable[Row], name: str) -> int:
    return sum(row.get(name, 0) for row in rows)


def _share(rows: list[Row], whole: int, held: Callable[[Row], bool]) -> str:
    return _of(sum(held(row) for row in rows), whole)


def _of(part: int, whole: int) -> str:
    return f"{part} of {whole}" if whole else "-"


def _refusals(rows: list[Row]) -> str:
    refused = [row for row in rows if row["outcome"] == "refused"]
    single = [
        f"- {row['source']} `{row['file']}`: {row['code']}\n" for row in refused if not _types(row)
    ]
    found = Counter(f"no record of a patient, only {_types(row)}" for row in refused if _types(row))
    more = sum(found.values()) - sum(number for _, number in found.most_common(MOST))
    tail = f"\nAnd {more} others of the same kinds.\n" if more else ""
    return f"## Why files are refused\n\n{''.join(single)}\n{_counted(found, 'why')}{tail}"


def _types(row: Row) -> str:
    """What a file holds that is refused for holding nothing of a patient."""
    types = row.get("params", {}).get("types")
    return "" if types is None else ", ".join(types) or "an empty wrapping"


def _counted(found: Counter[str], title: str) -> str:
    rows = [f"| {name} | {number} |" for name, number in found.most_common(MOST)]
    return "\n".join([f"| {title} | number |", "|---|---|", *rows, ""])


def _fault(row: Row) -> str:
    return f"- {row['source']} `{row['file']}`: {str(row.get('wrong')).splitlines()[0]}\n"
