"""Makes keys, cards, the signed configuration and databases of a cluster, as operators would by hand."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError

from sesphr.management.clustering.databases import Accounts
from sesphr.management.clustering.layout import Layout

STEP_SECONDS = 300
AT_ONCE = 4


def manage(environment: dict[str, str], *words: str) -> str:
    """One `manage.py` command as a server's process; its output.

    Raises:
        CommandError: it failed; what it said.
    """
    done = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=settings.BASE_DIR, env=environment, text=True,
        capture_output=True, timeout=STEP_SECONDS, check=False,
    )  # fmt: skip
    if done.returncode:
        where = environment["SESPHR_DATA"]
        raise CommandError(f"{words[0]} in {where} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def make_keys(layout: Layout) -> None:
    """Keys and cards of all servers, and the configuration signed; no database is needed."""
    for name in (*layout.names, "operator"):
        layout.folder(name).mkdir(mode=0o700, parents=True, exist_ok=True)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda name: _keys(layout, name), layout.names))
    if not (layout.folder("operator") / "deployment.jws").exists():
        cards = [str(_card(layout, name)) for name in layout.names]
        manage(layout.environment("operator", {}), "sign_deployment", *cards)


def make_servers(layout: Layout, accounts: Accounts) -> None:
    """What was signed at every server, and its database; every step may be repeated."""
    for name in layout.names:
        accounts.make(name)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda name: _install(layout, accounts, name), layout.names))


def _card(layout: Layout, name: str) -> Path:
    return layout.folder(name) / "card.json"


def _keys(layout: Layout, name: str) -> None:
    url = f"https://{layout.bind(name)}"
    path = _card(layout, name)
    if not path.exists() or json.loads(path.read_text("utf-8"))["url"] != url:
        manage(layout.environment(name, {}), "server_keys", "--url", url)


def _install(layout: Layout, accounts: Accounts, name: str) -> None:
    operator = layout.folder("operator")
    key = (operator / "operator.pub").read_text(encoding="ascii").strip()
    cards = [str(_card(layout, one)) for one in layout.names]
    manage(
        layout.environment(name, {}), "install_deployment", str(operator / "deployment.jws"), *cards,
        "--operator", key,
    )  # fmt: skip
    migrating = layout.environment(name, accounts.environment(name, migrating=True))
    manage(migrating, "migrate_all", "--verbosity", "0")
