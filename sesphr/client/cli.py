"""The command line: which commands and options there are, and nothing else."""

import argparse
from typing import NoReturn

from sesphr.client.commands import (
    account,
    activity,
    consent,
    contributions,
    credential,
    deposit,
    emergency,
    guardians,
    handing,
    reading,
    requests,
    roles,
    sharing,
)
from sesphr.client.errors import UsageError
from sesphr.client.registration import OWNER, ROLES

# What is signed or sent as text; paths may be whatever the file system takes.
TEXTS = (
    "server", "login", "name", "email", "owner", "purpose", "reason", "token", "code", "role",
    "organisation", "secret", "patient", "colleague", "activation_code",
)  # fmt: skip

# Characters of a digest, b64u.
DIGEST = 43

# Commands that nobody gives for somebody else.
OWN = (
    "register", "confirm", "recover", "change-password", "recovery-code", "sign-out-everywhere",
    "dependant", "guardian", "inspect", "take-over",
)  # fmt: skip


class Parser(argparse.ArgumentParser):
    """Reports what is wrong with the arguments as an error of the client."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing and leaving."""
        raise UsageError(f"{message[:1].upper()}{message[1:]}. See {self.prog} --help.")


def _global_options() -> Parser:
    """Options that stand before or after the command."""
    options = Parser(add_help=False, argument_default=argparse.SUPPRESS)
    options.add_argument("--server", metavar="URL", help="default: as remembered, or this machine")
    options.add_argument("--home", metavar="DIR", help="where the client remembers (~/.sesphr)")
    options.add_argument("--login", metavar="EMAIL", help="whose account (default: as remembered)")
    options.add_argument(
        "--for",
        dest="acting_for",
        metavar="DEPENDANT",
        help="as whose guardian (login, id or name)",
    )
    options.add_argument("--json", action="store_true", help="answer with one JSON object")
    options.add_argument(
        "--insecure-http", action="store_true", help="allow plain HTTP to another machine"
    )
    return options


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    shared = _global_options()
    top = Parser(
        prog="python -m sesphr.client", parents=[shared], allow_abbrev=False,
        description="Health records that only you and whom you choose can read.",
    )  # fmt: skip
    commands = top.add_subparsers(
        dest="command", metavar="COMMAND", required=True, parser_class=Parser
    )
    groups = (
        _account, _records, _requests, _contributions, _sharing, _credential, _consent, _emergency,
        _guardians,
    )  # fmt: skip
    for add in groups:
        add(_Commands(commands, shared))
    return top


def _joined(arguments: list[str]) -> list[str]:
    """`--issuer -DIGEST` as one word: every 64th digest begins with a hyphen, as options do."""
    joined: list[str] = []
    for word in arguments:
        if joined[-1:] == ["--issuer"] and len(word) == DIGEST:
            joined[-1] = f"--issuer={word}"
        else:
            joined.append(word)
    return joined


def parse(arguments: list[str]) -> argparse.Namespace:
    """The options, with None or False for those not given.

    Raises:
        UsageError: they are not a command.
    """
    found = parser().parse_args(_joined(arguments))
    for name in TEXTS:
        _check_text(name, getattr(found, name, None))
    if getattr(found, "output", None) == "":
        raise UsageError("Give --output a name.")
    if getattr(found, "acting_for", None) is not None and found.command in OWN:
        raise UsageError(f"{found.command} is a matter of your own account; leave out --for.")
    defaults = {
        "acting_for": None,
        "server": None,
        "home": None,
        "login": None,
        "json": False,
        "insecure_http": False,
    }
    return argparse.Namespace(**{**defaults, **vars(found)})


def _check_text(name: str, value: str | None) -> None:
    try:
        (value or "").encode()
    except UnicodeEncodeError:
        raise UsageError(f"The {name} holds characters that are not UTF-8.") from None


class _Commands:
    """Adds commands that all take the global options."""

    def __init__(self, commands: "argparse._SubParsersAction[Parser]", shared: Parser) -> None:
        self._commands, self._shared = commands, shared

    def add(self, name: str, run: object, text: str) -> argparse.ArgumentParser:
        """A command that `run` carries out."""
        found = self._commands.add_parser(
            name, help=text, description=text, parents=[self._shared], allow_abbrev=False
        )
        found.set_defaults(run=run)
        return found

    def group(self, name: str, text: str) -> "_Commands":
        """A command that has commands of its own."""
        found = self._commands.add_parser(name, help=text, description=text, allow_abbrev=False)
        acts = found.add_subparsers(dest="act", metavar="ACT", required=True, parser_class=Parser)
        return _Commands(acts, self._shared)


def _account(commands: _Commands) -> None:
    one = commands.add("register", account.register, "make keys here and register them")
    one.add_argument("--role", choices=ROLES, help="an activation code says it itself")
    one.add_argument("--name", help="an activation code says it itself")
    one.add_argument("--email", required=True)
    one.add_argument("--activation-code", metavar="CODE", help="of an organisation that enrols you")
    one = commands.add("confirm", account.confirm, "confirm the address with the letter's link")
    one.add_argument("token", help="the link, or the token in it")
    one = commands.add("recover", account.recover, "new password and code by the recovery code")
    one.add_argument(
        "--code", help="the recovery code (better: SESPHR_RECOVERY_CODE or the prompt)"
    )
    one = commands.add("fingerprint", account.fingerprint, "fingerprint of your or another's keys")
    one.add_argument("email", nargs="?")
    commands.add("whoami", account.whoami, "show the account")
    commands.add("change-password", account.change_password, "change the password")
    commands.add("recovery-code", account.recovery_code, "replace the recovery code")
    commands.add("sign-out-everywhere", account.sign_out_everywhere, "end every session")


def _records(commands: _Commands) -> None:
    one = commands.add("deposit", deposit.deposit, "seal a file, or ready partitions, as a record")
    one.add_argument("file", nargs="?", metavar="FILE", help="a record, document or picture")
    one.add_argument("--partition", action="append", metavar="NAME=FILE")
    one.add_argument("--record", metavar="RECORD", help="make it the next version of this record")
    one = commands.add("inspect", None, "say what depositing a file would make of it")
    one.set_defaults(alone=deposit.inspect)
    one.add_argument("file", metavar="FILE")
    one = commands.add("records", reading.records, "list records")
    _by_code(one)
    one = commands.add("open", reading.open_, "open partitions of a record into a folder")
    one.add_argument("record", metavar="RECORD")
    one.add_argument("--partition", action="append", metavar="P")
    one.add_argument("--purpose", metavar="WORD", help="default: treatment, or as listed")
    _by_code(one)
    one.add_argument("--output", required=True, metavar="DIR")
    one = commands.add("export", reading.export, "write all own records in plain, with the keys")
    one.add_argument("--output", required=True, metavar="DIR")
    commands.add("activity", activity.activity, "what happened, checked against the log")


def _requests(commands: _Commands) -> None:
    one = commands.add("request", requests.request, "ask an owner for access")
    one.add_argument("--owner", required=True, metavar="EMAIL")
    one.add_argument("--partition", required=True, action="append", metavar="P")
    one.add_argument("--purpose", required=True, metavar="TEXT")
    one.add_argument("--reason", required=True, metavar="TEXT")
    commands.add("requests", requests.requests, "list requests to you and by you")
    one = commands.add("approve", sharing.approve, "approve a request, whole or in part")
    one.add_argument("request", metavar="ID")
    one.add_argument("--partition", action="append", metavar="P")
    one.add_argument("--until", metavar="ISO")
    one.add_argument(
        "--no-history", action="store_true", help="not what is older than their joining"
    )
    one = commands.add("decline", contributions.decline, "decline a request, or what was added")
    one.add_argument("request", metavar="ID", help="of the request, or of the record")


def _contributions(commands: _Commands) -> None:
    one = commands.add("contribute", contributions.contribute, "add a file to another's records")
    one.add_argument("file", metavar="FILE", help="a record, document or picture")
    one.add_argument("--owner", required=True, metavar="EMAIL")
    commands.add("proposals", contributions.proposals, "list what was added and waits")
    one = commands.add("accept", contributions.accept, "make what somebody added a record of yours")
    one.add_argument("record", metavar="RECORD")


def _sharing(commands: _Commands) -> None:
    one = commands.add("compare", sharing.compare, "say that you compared somebody's fingerprint")
    one.add_argument("email", metavar="EMAIL")
    one.add_argument("fingerprint", nargs="+", metavar="DIGITS", help="as they read it to you")
    one = commands.add(
        "grant", consent.grant_any, "let a member, or a role, read partitions, or add to them"
    )
    _whom(one)
    one.add_argument("--partition", required=True, action="append", metavar="P")
    one.add_argument("--until", metavar="ISO")
    one.add_argument("--history", action="store_true", help="also what is older than their joining")
    one.add_argument(
        "--code", dest="by_code", action="store_true", help="a role, after you read out a code"
    )
    one.add_argument("--hours", type=int, metavar="N", help="how long a code opens (24)")
    one.add_argument(
        "--add", action="store_true", help="let them add new records, and read nothing"
    )
    one = commands.add("revoke", roles.revoke_either, "take access back")
    _whom(one)
    one.add_argument("--partition", action="append", metavar="P")
    commands.add("deal-again", roles.deal_again, "deal what the key nodes lack")
    commands.add("lists", roles.lists, "all your access lists so far, verified")


def _by_code(one: argparse.ArgumentParser) -> None:
    """Whose records, and the code that this owner reads out."""
    one.add_argument("--owner", metavar="EMAIL")
    one.add_argument("--code", metavar="DIGITS", help="the consent code of --owner")


def _consent(commands: _Commands) -> None:
    group = commands.group("consent-code", "a code that you read out to let somebody in")
    one = group.add("setup", consent.setup, "set up the consent code, or replace it")
    one.add_argument("--secret", metavar="BASE32", help="the app's secret (default: a new one)")
    one.add_argument("--code", metavar="DIGITS", help="what the app shows (default: a prompt)")
    group.add("stop", consent.stop, "stop the consent code")


def _emergency(commands: _Commands) -> None:
    group = commands.group("emergency", "access in an emergency")
    one = group.add("rule", emergency.rule, "what clinicians may open in an emergency")
    one.add_argument("--role", choices=sorted(set(ROLES) - {OWNER}))
    one.add_argument("--issuer", metavar="DIGEST", help="who certifies the role")
    one.add_argument("--partition", action="append", metavar="P")
    one.add_argument("--hours", type=int, default=emergency.HOURS, metavar="N")
    one.add_argument("--signers", type=int, choices=(1, 2), default=2, help="how many must sign")
    one.add_argument(
        "--no-history", action="store_true", help="not what is older than their joining"
    )
    one.add_argument("--stop", action="store_true", help="take it back")
    group.add("card", emergency.card, "the address on your emergency card")
    one = group.add("ask", emergency.ask, "ask, and let a colleague confirm it")
    one.add_argument("--patient", required=True, metavar="EMAIL|ID")
    one.add_argument("--reason", required=True, metavar="TEXT")
    one.add_argument("--colleague", metavar="EMAIL")
    one = group.add("confirm", emergency.confirm, "confirm a colleague's emergency; or list them")
    one.add_argument("emergency_id", metavar="ID", nargs="?")
    one.add_argument("--reason", metavar="TEXT")
    one = group.add("open", emergency.open_, "open what was confirmed")
    one.add_argument("--patient", required=True, metavar="EMAIL|ID")
    one = group.add("review", emergency.review, "see what was opened, and say what you think of it")
    one.add_argument("notice", metavar="ID", nargs="?")
    one.add_argument("--right", action="store_true")
    one.add_argument("--question", action="store_true")


def _whom(one: argparse.ArgumentParser) -> None:
    """A member, or a role and who certifies it."""
    one.add_argument("email", metavar="EMAIL", nargs="?")
    one.add_argument("--role", choices=sorted(set(ROLES) - {OWNER}))
    one.add_argument("--issuer", metavar="DIGEST", help="who certifies the role, where several do")


def _credential(commands: _Commands) -> None:
    acts = commands.group("credential", "have your role certified by an authority")
    one = acts.add("request", credential.request, "write a signed request for an authority")
    one.add_argument("--role", required=True, metavar="ROLE")
    one.add_argument("--organisation", required=True, metavar="TEXT")
    one.add_argument("--output", required=True, metavar="FILE")
    one = acts.add("present", credential.present, "hand in what the authority sent back")
    one.add_argument("file", metavar="FILE")
    one = acts.add("show", credential.show, "what the key nodes say of a credential")
    one.add_argument("email", nargs="?", metavar="EMAIL")


def _guardians(commands: _Commands) -> None:
    group = commands.group("dependant", "children and others for whom you act")
    one = group.add("add", guardians.dependant_add, "make keys for somebody and be their guardian")
    one.add_argument("name", metavar="NAME")
    group.add("list", guardians.dependant_list, "list for whom you act, and who asks you to")
    one = group.add(
        "hand-over", guardians.dependant_hand_over, "a code with which they take the account over"
    )
    one.add_argument("dependant", metavar="DEPENDANT")
    one.add_argument("--take-back", action="store_true", help="make the code worthless")
    one = commands.add("take-over", handing.take_over, "take over the account that guardians had")
    one.add_argument("--email", required=True, metavar="EMAIL", help="your own address")
    one.add_argument("--code", help="the code (better: SESPHR_HAND_OVER_CODE or the prompt)")
    group = commands.group("guardian", "second guardians")
    one = group.add("ready", guardians.guardian_ready, "let yourself be found as a guardian")
    one.add_argument("--stop", action="store_true", help="no more")
    one = group.add("invite", guardians.guardian_invite, "ask somebody to be a second guardian")
    one.add_argument("dependant", metavar="DEPENDANT")
    one.add_argument("email", metavar="EMAIL")
    one.add_argument("--fingerprint", nargs="+", metavar="DIGITS", help="as they read it to you")
    one = group.add("accept", guardians.guardian_accept, "accept to act for somebody")
    one.add_argument("dependant", metavar="DEPENDANT")
    one.add_argument(
        "--fingerprint",
        nargs="+",
        metavar="DIGITS",
        help="as the guardian who asks reads it to you",
    )
    one = group.add("remove", guardians.guardian_remove, "remove a guardian, decline, or leave")
    one.add_argument("dependant", metavar="DEPENDANT")
    one.add_argument("email", metavar="EMAIL", nargs="?")
