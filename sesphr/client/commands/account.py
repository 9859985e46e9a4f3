"""One's own account: registering, passwords and recovery codes, fingerprints, sessions."""

from argparse import Namespace
from typing import Any

from sesphr.client import enrolment, people, prompts, recovery
from sesphr.client.answers.account import Me, Registered
from sesphr.client.answers.shapes import Anything
from sesphr.client.app import Answer, App
from sesphr.client.errors import ConflictError, IntegrityError, RefusedError, UsageError, told
from sesphr.client.session import (
    Session,
    as_advice,
    check_strength,
    checked_login,
    checked_salt,
    parameters,
    slot_body,
)
from sesphr.client.times import iso
from sesphr.crypto import slots

SAME_AGAIN = "Give the same command again."
CODE_AGAIN = "The old recovery code may open nothing any more: run recovery-code for a new one."
SIGN_IN_AND_RENEW = (
    "The new password counts, and the old recovery code may open nothing any more: "
    "sign in with the new password and run recovery-code for a new one."
)


def register(app: App, options: Namespace) -> Answer:
    """Make keys here and register their public halves; shows the recovery code once."""
    login = checked_login(options.email)
    mark = {"login": login, "server": app.server}
    if app.remembered().get("registered") == mark and not app.home.read(recovery.PENDING):
        return _registered_before(app, login)
    name, role = enrolment.who(app, options)
    password = prompts.password()
    place = app.deployment()
    public = parameters(app.api, login)
    who = recovery.Applicant(app.server, place.id, public.member, login, name, role)
    with app.home.locked(recovery.PENDING):
        make = recovery.first_registration(who)
        application = recovery.prepared(app.home, who, public, password, make)
        found = _sent(app, application, enrolment.code(options))
        if found.member != who.member:
            raise IntegrityError("The server registered somebody else.")
        counts, state = _check_taken(app, who, application, password)
    code = application.code if counts else None
    data = _account(found.member, state, code, application.keys)

    def finish() -> None:
        # Only now: until the code was shown, the same command again shows it.
        app.remember(login, registered=mark)
        app.home.remove(recovery.PENDING)

    return Answer(data, _welcome(data, login), after=finish, unseen=SAME_AGAIN)


def _sent(app: App, application: recovery.Application, code: dict[str, str]) -> Registered:
    try:
        return app.api.post(Registered, "/members", **application.body, **code)
    except ConflictError:
        # It may be this very registration, still on its way in another call: it waits.
        raise
    except UsageError:
        # It can never be taken as it is: the next attempt starts anew.
        app.home.remove(recovery.PENDING)
        raise


def _check_taken(
    app: App, who: recovery.Applicant, application: recovery.Application, password: str
) -> tuple[bool, str]:
    """See by signing in that the account has these keys; whether the recovery code still counts,
    and where the membership stands.

    The portal answers alike for an address that somebody has already.

    Raises:
        RefusedError: the address is somebody's, or of an account with other keys.
    """
    try:
        with app.signed_in(secret=password, login=who.login) as session:
            if session.keys.verification == application.keys.verification:
                session.registered()
                return session.generations.recovery == 1, session.me.state
    except RefusedError as error:
        if error.code != "wrong-secret":
            raise
    recovery.mark_refused(app.home)
    raise RefusedError(
        f"{who.login} may be registered already; nothing was made here. If it is yours, sign in "
        "with its password; if this is a mistake, register with another address.",
        code="registered-already",
    )


def _account(member: str, state: str, code: str | None, keys: Any) -> dict[str, Any]:
    shown = people.fingerprint(keys.verification, keys.receive_public)
    return {"member": member, "state": state, "recovery_code": code, "fingerprint": shown}


def _welcome(data: dict[str, Any], login: str) -> list[str]:
    code = data["recovery_code"] or "replaced since, the newer one counts"
    letter = "Confirm the address with the link in the letter"
    waits = f"{letter}; an administrator then authorises you."
    return [
        f"Registered {login}.",
        f"You are enrolled and can begin. {letter}." if data["state"] == "authorised" else waits,
        f"Recovery code (shown only now, keep it on paper): {code}",
        f"Fingerprint of your keys: {data['fingerprint']}",
    ]


def _registered_before(app: App, login: str) -> Answer:
    """The same command again: who one is, without a recovery code, which was shown."""
    app.remember(login)
    with app.signed_in() as who:
        data = _account(who.me.id, who.me.state, None, who.keys)
    return Answer(data, [f"{login} registered here before; the account is {data['state']}."])


def confirm(app: App, options: Namespace) -> Answer:
    """Confirm the e-mail address with the token of the letter's link."""
    token = options.token.rpartition("token=")[2]
    app.api.post(Anything, "/members/confirm", token=token)
    return Answer({"confirmed": True}, ["The address is confirmed."])


def whoami(app: App, options: Namespace) -> Answer:
    """Show one's own account."""
    with app.signed_in() as who:
        me: Me = who.me
        data = {
            "member": me.id, "login": me.login, "name": me.name, "role": me.role, "state": me.state,
            "confirmed": me.confirmed, "joined": iso(me.joined), "second_factor": me.second_factor,
            "fingerprint": people.fingerprint(who.keys.verification, who.keys.receive_public),
            "server": app.server, "deployment": who.deployment.id,
        }  # fmt: skip
    return Answer(
        data, [f"{me.name} <{me.login}>, {me.role}, {me.state}", str(data["fingerprint"])]
    )


def fingerprint(app: App, options: Namespace) -> Answer:
    """Show the fingerprint of one's own keys, or of somebody else's."""
    with app.signed_in() as who:
        login = checked_login(options.email) if options.email else who.me.login
        if login == who.me.login:
            person, pinned = who.registered(), True
        else:
            _, person = who.directory.by_login(login)
            pinned = people.check_pin(who.folder, person, login)
    data = {"login": login, "fingerprint": person.fingerprint, "pinned": pinned}
    return Answer(data, [f"{login}: {person.fingerprint}"])


def change_password(app: App, options: Namespace) -> Answer:
    """Change the password; all other sessions end."""
    with app.signed_in() as who:
        new = prompts.new_password()
        _put_password(who, new, slots.PASSWORD)
    return Answer({"changed": True}, ["The password is changed. Other sessions were signed out."])


def recovery_code(app: App, options: Namespace) -> Answer:
    """Replace the recovery code; the old one opens nothing from then on."""
    with app.signed_in() as who:
        try:
            code = _put_recovery(who, slots.PASSWORD)
        except (Exception, KeyboardInterrupt) as error:
            raise told(error).advised(CODE_AGAIN) from error
    lines = [f"New recovery code (shown only now): {code}"]
    return Answer({"recovery_code": code}, lines, unseen=CODE_AGAIN)


def recover(app: App, options: Namespace) -> Answer:
    """Sign in with the recovery code; set a new password and a new recovery code.

    The password first: until the server says that it counts, the old code does, and
    from then on the password does, whatever becomes of the new code.
    """
    code, new = prompts.recovery_code(options.code), prompts.password()
    # Weak passwords are refused before the recovery code is used.
    check_strength(new, app.login())
    reached: list[str] = []
    try:
        data = _recover(app, code, new, reached)
    except (Exception, KeyboardInterrupt) as error:
        failure = told(error)
        raise failure.advised(_after_interruption(failure.code, reached)) from error
    lines = [
        "The password is changed.",
        f"New recovery code (shown only now): {data['recovery_code']}",
    ]
    return Answer(data, lines, unseen=SIGN_IN_AND_RENEW)


def _recover(app: App, code: str, new: str, reached: list[str]) -> dict[str, Any]:
    with app.signed_in(slots.RECOVERY, code) as who:
        reached.append("signed in")
        _put_password(who, new, slots.RECOVERY)
        reached.append("password")
        app.remember(who.me.login)
        shown = people.fingerprint(who.keys.verification, who.keys.receive_public)
        fresh = _put_recovery(who, slots.RECOVERY)
        return {"member": who.me.id, "recovery_code": fresh, "fingerprint": shown}


def _after_interruption(code: str, reached: list[str]) -> str:
    """What to do now; at each point something that the person has still opens the account."""
    if "password" in reached:
        return SIGN_IN_AND_RENEW
    if reached:
        return (
            "The recovery code still opens: give the same command again. "
            "The new password may count already."
        )
    if code == "wrong-secret":
        return (
            "If recover was interrupted before, sign in with the password that you chose then, "
            "and run recovery-code."
        )
    return "Nothing was changed."


def _put_password(who: Session, password: str, proof: str) -> None:
    public = who.parameters.password
    salt = checked_salt(slots.PASSWORD, public)
    slot, secret = as_advice(
        lambda: slots.make_password_slot(
            who.seed, deployment=who.deployment.id, login=who.me.login, member=who.me.id,
            password=password, generation=who.generations.password + 1, params=public.params, salt=salt,
        )
    )  # fmt: skip
    _put(who, slots.PASSWORD, slot, secret, proof)


def _put_recovery(who: Session, proof: str) -> str:
    slot, secret, code = slots.make_recovery_slot(
        who.seed, deployment=who.deployment.id, login=who.me.login, member=who.me.id,
        generation=who.generations.recovery + 1,
        salt=checked_salt(slots.RECOVERY, who.parameters.recovery),
    )  # fmt: skip
    _put(who, slots.RECOVERY, slot, secret, proof)
    return code


def _put(who: Session, slot_type: str, slot: dict[str, Any], secret: bytes, proof: str) -> None:
    """Replace a slot; `proof` is the type of the secret that signed in."""
    current = {"type": proof, "login_secret": who.login_secret.hex()}
    who.api.put(Anything, f"/slots/{slot_type}", **slot_body(slot, secret), current=current)


def sign_out_everywhere(app: App, options: Namespace) -> Answer:
    """End every session of the account."""
    with app.signed_in() as who:
        who.api.post(Anything, "/session/everywhere/end")
    return Answer({"ended": True}, ["Signed out everywhere."])
