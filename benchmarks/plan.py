"""What is measured, in which engines, how often; runs it and gives the series."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from benchmarks.engines import Engine
from benchmarks.plaintext import SIZES
from benchmarks.rows import Rows
from benchmarks.timing import Limits, Series, in_turns

# (engine, case, size); what runs on rows of a database has the engine ROWS and size 0.
Key = tuple[str, str, int]
Results = dict[Key, Series]
ROWS = "SRS node"
WHOLE = ("seal", "open_user", "open_owner")
SEAL_STEPS = (
    "encapsulate", "check_element", "gcm_encrypt", "digest", "wrap", "prove", "sign_manifest",
    "build_document",
)  # fmt: skip
OPEN_STEPS = (
    "verify_manifest", "parse_document", "decode_answer", "user_key", "digest", "gcm_decrypt",
    "check_element",
)  # fmt: skip
STEPS = tuple(dict.fromkeys(SEAL_STEPS + OPEN_STEPS))
STEP_REPEATS = {50: 10, 2048: 3}
STEP_SIZES = tuple(STEP_REPEATS)
MEMBERS = (10, 100, 1000, 10_000)
# Linear in the number of members: the slower engines stop where that is plain.
MOST_MEMBERS = {"Python": 10_000, "Node": 1000, "Chromium": 100}
NODES = (1, 3)
PAIRS = (1, 100)
LONG = Limits(3, 150)


def _turns(
    engines: Iterable[Engine], cases: Iterable[tuple[str, int]], limits: Limits, repeat: int = 1
) -> Results:
    """The cases in every engine, after one run each that is checked and not measured."""
    runs: dict[Key, Callable[[], float]] = {}
    wanted = list(cases)
    for engine in engines:
        for case, size in wanted:
            engine.check(case, size)
            runs[engine.name, case, size] = partial(engine.time, case, size, repeat)
    names = {"|".join(map(str, key)): key for key in runs}
    series = in_turns({name: runs[key] for name, key in names.items()}, limits)
    return {names[name]: one for name, one in series.items()}


def whole(engines: Mapping[str, Engine]) -> Results:
    """Sealing and opening at each size."""
    cases = [(case, size) for size in SIZES for case in WHOLE]
    return _turns(engines.values(), cases, Limits(9, 90))


def steps(engines: Mapping[str, Engine]) -> Results:
    """What sealing and opening consist of, at the smallest and the largest size."""
    found: Results = {}
    # A browser's clock has steps of 0.1 ms: what is short runs many times in a row.
    for size, repeat in STEP_REPEATS.items():
        cases = [(case, size) for case in STEPS]
        found |= _turns(engines.values(), cases, Limits(7, 45), repeat)
    return found


def small(engines: Mapping[str, Engine]) -> Results:
    """Grants, checked grants, signed requests, and the password slot."""
    python = [engines["Python"]]
    found = _turns(engines.values(), [("grant", n) for n in NODES], Limits(9, 30), repeat=3)
    found |= _turns(python, [("check_direct", n) for n in NODES], Limits(9, 30), repeat=10)
    found |= _turns(
        engines.values(), [("verify_request", n) for n in PAIRS], Limits(9, 30), repeat=5
    )
    return found | _turns(engines.values(), [("password_slot", 64)], Limits(5, 30))


def keys(engines: Mapping[str, Engine]) -> Results:
    """Deriving members' keys."""
    found: Results = {}
    for members in MEMBERS:
        able = [engine for engine in engines.values() if members <= MOST_MEMBERS[engine.name]]
        limits = LONG if members >= 1000 else Limits(5, 20)
        found |= _keys(able, members, limits)
    return found


def _keys(engines: list[Engine], members: int, limits: Limits) -> Results:
    # Checked once at a small number: a whole run more would only cost time.
    for engine in engines:
        engine.check("keys", MEMBERS[0])
    runs = {engine.name: partial(engine.time, "keys", members, 1) for engine in engines}
    series = in_turns(runs, limits)
    return {(name, "keys", members): one for name, one in series.items()}


def on_rows(rows: Rows) -> Results:
    """Re-encryption and whole access requests at a node."""
    series = in_turns(rows.cases(), Limits(15, 60))
    return {(ROWS, name, 0): one for name, one in series.items()}
