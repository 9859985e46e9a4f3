"""One run of the client: options, HOME, server, and who signs in."""

import contextlib
import os
from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sesphr.client import deployment, guardians, prompts, session
from sesphr.client.errors import ClientError, UsageError
from sesphr.client.home import Home
from sesphr.client.http import Api, check_address
from sesphr.crypto import slots

DEFAULT_SERVER = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class Answer:
    """A command's answer: the JSON object, the lines for people, and what follows its printing.

    `notes` go to stderr whatever the form of the answer; `failure` is told with the answer:
    something was done, but not all of it. `unseen` says what to do if nothing can be printed.
    """

    data: dict[str, Any]
    lines: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    after: Callable[[], None] | None = None
    failure: ClientError | None = None
    unseen: str = ""


class App:
    """What every command needs; connections are made when first used."""

    def __init__(self, options: Namespace) -> None:
        chosen = options.home or os.environ.get("SESPHR_HOME") or "~/.sesphr"
        self.home = Home(Path(chosen).expanduser().absolute())
        self._settings = self.home.settings()
        server = options.server or os.environ.get("SESPHR_SERVER") or self._settings.get("server")
        self.server = check_address(
            str(server or DEFAULT_SERVER), insecure=bool(options.insecure_http)
        )
        self._login = options.login or os.environ.get("SESPHR_LOGIN")
        self._acting_for: str | None = getattr(options, "acting_for", None)
        self._api: Api | None = None

    @property
    def api(self) -> Api:
        """The server's API."""
        if self._api is None:
            self._api = Api(self.server)
        return self._api

    def close(self) -> None:
        """Drop the connection."""
        if self._api is not None:
            self._api.close()

    def login(self) -> str:
        """Whose account: the option, the environment, or whom HOME remembers.

        Raises:
            UsageError: nobody.
        """
        found = self._login or self._settings.get("login")
        if not found:
            raise UsageError("Say who you are with --login EMAIL, or register first.")
        return session.checked_login(str(found))

    def remembered(self) -> dict[str, Any]:
        """Server and login of this HOME."""
        return self._settings

    def remember(self, login: str, **more: Any) -> None:
        """Make this server and login those of this HOME."""
        self.home.update("settings", server=self.server, login=login, **more)

    def deployment(self) -> deployment.Deployment:
        """The server's deployment, checked against HOME's pin."""
        return deployment.pinned(self.api, self.home, self.server)

    @contextlib.contextmanager
    def signed_in(
        self, slot_type: str = slots.PASSWORD, secret: str | None = None, login: str | None = None
    ) -> Iterator[session.Session]:
        """A session for the time of one command, by password unless said otherwise."""
        login = login or self.login()
        given = prompts.password() if secret is None else secret
        found = session.sign_in(
            self.api, self.deployment(), self.home, login, slot_type=slot_type, secret=given
        )
        try:
            if not self._settings.get("login"):
                self.remember(login)
            if self._acting_for is None:
                yield found
            else:
                with guardians.acting(found, self._acting_for) as dependant:
                    yield dependant
        finally:
            self.api.sign_out()
