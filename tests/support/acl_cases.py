"""Random access lists with questions, and a brute-force oracle of what they mean.

The oracle is written from tests/vectors/README.md alone. It compares no bounds and tests no
predicate of a rule: it writes out every single situation in which each rule speaks, over a
small world of people, parts, purposes and half hours, and then looks the question up.
"""

from itertools import chain, combinations, product
from random import Random
from typing import Any

from sesphr.crypto.encoding import b64u_encode

Rule = dict[str, Any]
HALF_HOUR = 1800
MOMENTS = [number * HALF_HOUR for number in range(12)]
IDS = [f"390597f8-182b-4387-8564-0000000000{number:02d}" for number in range(40)]
PEOPLE, RULE_IDS = IDS[:3], IDS[3:]
KEYS = [b64u_encode(bytes([number]) * 32) for number in range(2)]
ROLES, PARTS, ACTIONS = ["nurse", "physician"], ["medical", "personal", "own-1"], ["read", "add"]
PURPOSES = ["treatment", "research", "emergency"]
REASONS = ["fell", "", " \t\n", "\u2003", " x "]


def some(random: Random, values: list[Any]) -> list[Any]:
    """One or more of them, in any order."""
    return random.sample(values, random.randint(1, len(values)))


def span(random: Random) -> tuple[int, int]:
    """Two moments, the first earlier."""
    start, end = sorted(random.sample(MOMENTS, 2))
    return start, end


def credential(random: Random) -> dict[str, Any] | None:
    """Mostly a valid one."""
    if random.random() < 0.2:
        return None
    start, end = (0, MOMENTS[-1] + 1) if random.random() < 0.7 else span(random)
    return {
        "role": random.choice(ROLES), "issuer": random.choice(KEYS), "valid_from": start,
        "valid_until": end, "revoked": random.random() < 0.1,
    }  # fmt: skip


def rule(random: Random, identifier: str) -> Rule:
    """Any rule that the schema takes."""
    role = random.random() < 0.55
    person = {"member": random.choice(PEOPLE), "key": random.choice(KEYS)}
    who = {"role": random.choice(ROLES), "issuer": random.choice(KEYS)} if role else person
    deny = random.random() < 0.2
    urgent = role and not deny and random.random() < 0.4
    start, end = (0, None) if random.random() < 0.6 else span(random)
    coded = {"code": True, **({"hours": random.randint(1, 3)} if random.random() < 0.7 else {})}
    read_out = role and not deny and not urgent and random.random() < 0.4
    return {
        "id": identifier, "who": who, "partitions": some(random, PARTS),
        "actions": some(random, ACTIONS),
        "purposes": [] if random.random() < 0.6 else some(random, PURPOSES), "valid_from": start,
        "valid_until": end if random.random() < 0.8 else None, "history": random.random() < 0.5,
        "deny": deny,
        "emergency": {"hours": random.randint(1, 3), "signers": random.randint(1, 2)} if urgent else None,
        **(coded if read_out else {}),
    }  # fmt: skip


def acl(random: Random) -> dict[str, Any]:
    """A list of up to eight rules."""
    rules = [rule(random, one) for one in random.sample(RULE_IDS, random.randint(0, 8))]
    return {"default_partitions": some(random, PARTS), "rules": rules}


def member(random: Random) -> dict[str, Any]:
    """Who asks."""
    return {
        "id": random.choice(PEOPLE), "key": random.choice(KEYS), "active": random.random() < 0.93,
        "joined": random.choice(MOMENTS), "credential": credential(random),
    }  # fmt: skip


def statement(random: Random, asker: dict[str, Any]) -> dict[str, Any]:
    """Who signed that it is urgent: often the asker, sometimes with somebody else."""
    signers = [
        {"id": one, "active": random.random() < 0.9, "credential": credential(random)}
        for one in random.choices(PEOPLE, k=random.randint(0, 3))
    ]
    if random.random() < 0.7:
        signers.append({"id": asker["id"], "active": True, "credential": asker["credential"]})
    random.shuffle(signers)
    reason = "fell" if random.random() < 0.7 else random.choice(REASONS)
    return {"since": random.choice(MOMENTS), "reason": reason, "signers": signers}


def request(random: Random, asker: dict[str, Any]) -> dict[str, Any]:
    """What is asked, when."""
    action = random.choice([*ACTIONS, "read", "read"])
    return {
        "partition": random.choice([*PARTS, "unheard-of"]), "action": action,
        "purpose": random.choice([*PURPOSES, "emergency", "unheard-of"]),
        "record_date": None if action == "add" else random.choice(MOMENTS),
        "now": random.choice(MOMENTS),
        "emergency": statement(random, asker) if random.random() < 0.7 else None,
        **({"consent": {"since": random.choice(MOMENTS)}} if random.random() < 0.5 else {}),
    }  # fmt: skip


def aimed(random: Random, case: dict[str, Any], one: Rule) -> dict[str, Any]:
    """The same question, moved towards what a rule speaks of; whether it hits stays open."""
    asker, asked, who = dict(case["member"]), dict(case["request"]), one["who"]
    if "member" in who:
        asker |= {"id": who["member"], "key": who["key"]}
    else:
        held = {**who, "valid_from": 0, "valid_until": MOMENTS[-1] + 1, "revoked": False}
        asker["credential"] = held
    asked |= {"partition": one["partitions"][0], "action": one["actions"][0]}
    if one["emergency"] is not None:
        others = [
            {"id": person, "active": random.random() < 0.9, "credential": asker["credential"]}
            for person in random.sample(PEOPLE, 2)
        ]
        mine = {"id": asker["id"], "active": True, "credential": asker["credential"]}
        said = {"since": random.choice(MOMENTS[:6]), "reason": "fell", "signers": [mine, *others]}
        asked |= {"purpose": "emergency", "emergency": said}
    if "code" in one:
        asked["consent"] = {"since": random.choice(MOMENTS)}
    return {**case, "member": asker, "request": asked}


def question(random: Random, rules: dict[str, Any]) -> dict[str, Any]:
    """A question about a list: half of them at random, half aimed at one of its rules."""
    asker = member(random)
    case = {"acl": rules, "member": asker, "request": request(random, asker)}
    if rules["rules"] and random.random() < 0.5:
        return aimed(random, case, random.choice(rules["rules"]))
    return case


def cases(seed: int, lists: int, questions: int) -> list[dict[str, Any]]:
    """So many lists, each with so many questions."""
    random, found = Random(seed), []
    for _ in range(lists):
        rules = acl(random)
        found += [question(random, rules) for _ in range(questions)]
    return found


def credential_holds(one: dict[str, Any]) -> set[tuple[str, str, int]]:
    """(role, issuer, moment) in which a credential is valid, each written out."""
    if one["revoked"]:
        return set()
    moments = set(range(one["valid_from"], one["valid_until"], HALF_HOUR)) & set(MOMENTS)
    return {(one["role"], one["issuer"], moment) for moment in moments}


def moments_of(one: Rule) -> list[int]:
    """Every moment of this world at which a rule is in force."""
    end = MOMENTS[-1] + 1 if one["valid_until"] is None else one["valid_until"]
    return [moment for moment in range(one["valid_from"], end, HALF_HOUR) if moment in MOMENTS]


def signed_by_enough(one: Rule, asked: dict[str, Any], asker: str, moment: int) -> bool:
    """Whether some set of signers, tried one after another, fulfils an emergency rule."""
    said = asked["emergency"]
    if said is None or said["reason"].split() == [] or asked["purpose"] != "emergency":
        return False
    lasting = range(said["since"], said["since"] + one["emergency"]["hours"] * 3600)
    wanted = (one["who"]["role"], one["who"]["issuer"], moment)
    good = {
        signer["id"]
        for signer in said["signers"]
        if signer["active"]
        and signer["credential"] is not None
        and wanted in credential_holds(signer["credential"])
    }
    groups = chain.from_iterable(combinations(sorted(good), size) for size in range(4))
    fitting = [
        group for group in groups if asker in group and len(group) >= one["emergency"]["signers"]
    ]
    return moment in lasting and bool(fitting)


def code_moments(one: Rule, asked: dict[str, Any]) -> set[int]:
    """The moments at which a rule answers after a code; a day, where it does not say for how long."""
    if "consent" not in asked:
        return set()
    since = asked["consent"]["since"]
    return set(range(since, since + one.get("hours", 24) * 3600, HALF_HOUR))


def situations(one: Rule, asker: dict[str, Any], asked: dict[str, Any]) -> set[tuple[Any, ...]]:
    """Every (partition, action, purpose, moment, record date) in which a rule speaks of somebody."""
    purposes = one["purposes"] or [*PURPOSES, "unheard-of"]
    dates = [None, *MOMENTS] if one["deny"] or one["history"] else [
        None, *(date for date in MOMENTS if date in range(asker["joined"], MOMENTS[-1] + 1))
    ]  # fmt: skip
    held = set() if asker["credential"] is None else credential_holds(asker["credential"])
    found = set()
    for moment in moments_of(one):
        if "role" in one["who"]:
            meant = (one["who"]["role"], one["who"]["issuer"], moment) in held
        else:
            pairs = [
                (one["who"]["member"], key)
                for key in (KEYS if one["deny"] else [one["who"]["key"]])
            ]
            meant = (asker["id"], asker["key"]) in pairs
        if meant and one["emergency"] is not None:
            meant = signed_by_enough(one, asked, asker["id"], moment)
        if meant and "code" in one:
            meant = moment in code_moments(one, asked)
        if meant:
            found |= set(product(one["partitions"], one["actions"], purposes, [moment], dates))
    return found


def kind_of(one: Rule) -> str:
    """The reason that is given when a rule decides."""
    if one["deny"]:
        return "deny-rule"
    if one["emergency"] is not None:
        return "emergency-rule"
    if "code" in one:
        return "code-rule"
    return "member-rule" if "member" in one["who"] else "role-rule"


def oracle(case: dict[str, Any]) -> tuple[str, str | None, str]:
    """(decision, rule, reason): the first line of the README that fits."""
    asker, asked = case["member"], case["request"]
    if asker["active"] is False:
        return "deny", None, "inactive"
    if asker["credential"] is not None:
        valid_at = {moment for _, _, moment in credential_holds(asker["credential"])}
        if asked["now"] not in valid_at:
            return "deny", None, "credential"
    put = (
        asked["partition"], asked["action"], asked["purpose"], asked["now"], asked["record_date"]
    )  # fmt: skip
    speaking = [one for one in case["acl"]["rules"] if put in situations(one, asker, asked)]
    piles: dict[str, list[str]] = {
        "deny-rule": [], "member-rule": [], "role-rule": [], "code-rule": [], "emergency-rule": [],
    }  # fmt: skip
    for one in speaking:
        piles[kind_of(one)].append(one["id"])
    for reason, ids in piles.items():
        if ids:
            return ("deny" if reason == "deny-rule" else "allow"), ids[0], reason
    return "deny", None, "no-rule"
