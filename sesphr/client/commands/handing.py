"""Taking over the account that guardians had: new keys, an address and a password of one's own."""

from argparse import Namespace
from typing import Any

from sesphr.client import handing, people, prompts, recovery
from sesphr.client.app import Answer, App
from sesphr.client.commands.account import SAME_AGAIN
from sesphr.client.errors import ClientError, ConflictError, IntegrityError
from sesphr.client.lines import clean
from sesphr.client.session import Session, checked_login
from sesphr.client.sharing import Outcome

FINISHED = "hand-over-finished"
DEAL_AGAIN = "The key nodes could not be dealt new keys yet: run deal-again."


def take_over(app: App, options: Namespace) -> Answer:
    """Make keys of one's own for an account that a guardian hands over; shows the recovery code once."""
    login = checked_login(options.email)
    code = prompts.hand_over_code(options.code)
    password = prompts.password()
    application = _taken(app, code, login, password)
    with app.signed_in(secret=password, login=login) as session:
        session.registered()
        outcome, failure = _deal(session, application)
    keys = application.keys
    data: dict[str, Any] = {
        "member": session.me.id, "login": login, "recovery_code": application.code,
        "fingerprint": people.fingerprint(keys.verification, keys.receive_public),
        "dealt": _dealt(outcome),
    }  # fmt: skip

    def finish() -> None:
        app.remember(login)
        app.home.remove(recovery.PENDING)

    lines = [
        f"This is your account now, {clean(session.me.name)}: only you have its keys.",
        "Confirm the address with the link in the letter.",
        f"Recovery code (shown only now, keep it on paper): {application.code}",
        f"Your fingerprint: {data['fingerprint']}",
        *([] if failure or outcome.effective else [DEAL_AGAIN]),
    ]
    return Answer(data, lines, after=finish, failure=failure, unseen=SAME_AGAIN)


def _taken(app: App, code: str, login: str, password: str) -> recovery.Application:
    try:
        found = handing.find(app, code)
    except ConflictError as error:
        # The answer to the attempt that ended it may have been lost.
        before = handing.finished(app, login, password) if error.code == FINISHED else None
        if before is None:
            raise
        return before
    return handing.take_over(app, found, code, login, password)


def _deal(
    session: Session, application: recovery.Application
) -> tuple[Outcome, ClientError | None]:
    """What came of it, and the stop, if there is one: the account is taken over all the same."""
    try:
        return handing.deal_again(session, application), None
    except IntegrityError as error:
        return Outcome(0, effective=False, receipts=0, changed=False), error


def _dealt(outcome: Outcome) -> bool:
    return outcome.changed and outcome.effective
