"""Emergencies: the owner's rule and review; asking, confirming and opening by clinicians."""

from argparse import Namespace
from typing import Any

from sesphr.client import emergencies, sharing, visits
from sesphr.client.answers.visits import Emergency, Notice, Notices
from sesphr.client.app import Answer, App
from sesphr.client.commands.consent import check_hours
from sesphr.client.commands.names import address, identifier
from sesphr.client.commands.names import partitions as check_names
from sesphr.client.commands.roles import find_authority
from sesphr.client.commands.sharing import require_keys, require_owner
from sesphr.client.errors import RefusedError, UsageError
from sesphr.client.lines import clean
from sesphr.client.listing import listed
from sesphr.client.session import Session, member_of
from sesphr.client.times import iso
from sesphr.client.visits import Terms

HOURS = 4
CONFIRMED = "I confirm this emergency."


def rule(app: App, options: Namespace) -> Answer:
    """Opt in: let a role open partitions in an emergency; or take that back."""
    if options.stop:
        return _stop(app)
    if not options.role or not options.partition:
        raise UsageError("Name --role and --partition, or --stop.")
    chosen, hours = check_names(options.partition, shared=True), check_hours(options.hours)
    with app.signed_in() as who:
        require_owner(who)
        authority = find_authority(who, options.role, options.issuer)
        terms = Terms(
            authority.role, authority.issuer, tuple(chosen), hours, signers=options.signers,
            history=not options.no_history,
        )  # fmt: skip
        require_keys(who, chosen)
        outcome = sharing.change(who, lambda present: visits.given(present, terms))
    data = {
        "role": terms.role, "issuer": terms.issuer, "granted": list(chosen), "hours": hours,
        "signers": terms.signers, "history": terms.history, **outcome.as_json(),
    }  # fmt: skip
    many = "One" if terms.signers == 1 else "Two"
    line = (
        f"{many} whom {clean(authority.name)} certifies as {terms.role} may open "
        f"{', '.join(chosen)} in an emergency, for {hours} hours. You are told at once."
    )
    return Answer(data, [line])


def _stop(app: App) -> Answer:
    with app.signed_in() as who:
        require_owner(who)
        outcome = sharing.change(who, lambda present: visits.withdrawn(present, "emergency"))
    return Answer(outcome.as_json(), ["Nobody opens anything in an emergency any more."])


def card(app: App, options: Namespace) -> Answer:
    """What an emergency card says: an address, and no secret."""
    del options
    with app.signed_in() as who:
        require_owner(who)
        address_ = f"{app.server}/emergency/{who.me.id}"
    return Answer({"address": address_}, [address_])


def ask(app: App, options: Namespace) -> Answer:
    """Sign a request and its reason, and ask a colleague to confirm it."""
    reason = emergencies.check_reason(options.reason)
    with app.signed_in() as who:
        patient = _patient(who, options.patient)
        colleague = None
        if options.colleague:
            colleague = who.directory.by_login(address(options.colleague))[1].member
        named, sent = emergencies.ask(who, patient, reason, colleague)
    data = {"emergency": sent.id, "signers": named.signers, "patient": patient}
    lines = [f"Asked: {sent.id}."]
    if named.signers > 1:
        lines.append(f"{clean(sent.colleague_name)} must confirm it within three minutes.")
    return Answer(data, [*lines, "Then: emergency open --patient ... (or ask again)."])


def _patient(who: Session, text: str) -> str:
    """A member id, from an emergency card, or an address."""
    if "@" in text:
        return member_of(who, address(text))
    return identifier(text.rstrip("/").rpartition("/")[2], "patient")


def confirm(app: App, options: Namespace) -> Answer:
    """Sign a colleague's request; without an id show what waits."""
    reason = emergencies.check_reason(options.reason or CONFIRMED)
    with app.signed_in() as who:
        found = emergencies.waiting(who)
        if options.emergency_id is None:
            listed = [_shown(one) for one in found if emergencies.check(who, one)]
            return Answer({"waiting": listed}, [_line(one) for one in found] or ["Nothing waits."])
        name = identifier(options.emergency_id, "emergency")
        chosen = next((one for one in found if one.id == name), None)
        if chosen is None:
            raise RefusedError("No emergency of this id waits for you.", code="not-found")
        emergencies.confirm(who, chosen, reason)
    return Answer(
        {"emergency": name, "confirmed": True},
        [f"Confirmed: {clean(chosen.asker_name)} can open now what the patient's rule allows."],
    )


def _shown(one: Emergency) -> dict[str, Any]:
    return {
        "emergency": one.id, "asker": one.asker, "asker_name": one.asker_name,
        "patient": one.owner, "patient_name": one.owner_name, "reason": one.reason,
        "asked": iso(one.asked),
    }  # fmt: skip


def _line(one: Emergency) -> str:
    asker, patient = clean(one.asker_name), clean(one.owner_name)
    return f"{one.id}  {asker} asks you to confirm an emergency at {patient}: {clean(one.reason)}"


def open_(app: App, options: Namespace) -> Answer:
    """Send what was signed, and list what it opens; `open RECORD` then opens it."""
    with app.signed_in() as who:
        patient = _patient(who, options.patient)
        emergencies.open_(who, patient)
        found = listed(who, patient)
    shown = [
        {"record": one.record, "partitions": one.partitions, "purpose": one.purpose}
        for one in found
    ]
    lines = [f"{one.record}  {', '.join(one.partitions)}" for one in found]
    return Answer({"patient": patient, "records": shown}, lines)


def review(app: App, options: Namespace) -> Answer:
    """List what you were told at once; or say of an emergency whether it was right."""
    if options.right and options.question:
        raise UsageError("Say either --right or --question.")
    with app.signed_in() as who:
        if options.notice is None:
            found = who.api.get(Notices, "/notices").notices
            return Answer(
                {"notices": [_told(one) for one in found]},
                [_notice(one) for one in found] or ["Nothing was opened so."],
            )
        name, verdict = identifier(options.notice, "notice"), _verdict(options)
        done = who.api.post(Notice, f"/notices/{name}/review", verdict=verdict)
    words = "You say that it was right." if verdict == "right" else "Staff will look into it."
    return Answer(_told(done), [words])


def _verdict(options: Namespace) -> str:
    if not options.right and not options.question:
        raise UsageError("Say --right or --question.")
    return "right" if options.right else "questioned"


def _told(one: Notice) -> dict[str, Any]:
    return {
        "notice": one.id, "kind": one.kind, "asker": one.asker, "asker_name": one.asker_name,
        "at": iso(one.at), "until": iso(one.until), "reason": one.reason,
        "signers": [{"id": signer.id, "name": signer.name} for signer in one.signers],
        "review": one.review or None,
    }  # fmt: skip


def _notice(one: Notice) -> str:
    how = "by your consent code" if one.kind == "code" else "in an emergency"
    text = f"{one.id}  {iso(one.at)}  {clean(one.asker_name)} {how}, until {iso(one.until)}"
    if one.kind == "code":
        return text
    names = ", ".join(clean(signer.name) for signer in one.signers)
    return f"{text}: {clean(one.reason)} (signed by {names}; {one.review or 'not reviewed'})"
