"""The deployment's public identity: who the nodes and the log are, signed once by its operator.

DATA/deployment.jws is the signed configuration, which clients pin; DATA/operator.pub
the operator's public key. Every server reads both here; private keys are read by
the server that owns them, nowhere else, and the operator's only where it signs.
"""

import json
import uuid
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from sesphr.crypto import statements
from sesphr.crypto.deployment import Deployment, of_configuration
from sesphr.crypto.encoding import SUITE, b64u_decode, b64u_encode
from sesphr.crypto.errors import CryptoError
from sesphr.roles import own_nodes
from sesphr.secretfiles import exists as secret_exists
from sesphr.secretfiles import secret

OPERATOR = "operator-sign"
LOG = "log-sign"


def _verification(name: str) -> bytes:
    key = Ed25519PrivateKey.from_private_bytes(secret(settings.SESPHR_DATA, name))
    return key.public_key().public_bytes_raw()


def node_keys(index: int) -> dict[str, str]:
    """A node's public keys (b64u), made at the first call."""
    hpke = X25519PrivateKey.from_private_bytes(secret(settings.SESPHR_DATA, f"node-{index}-hpke"))
    return {
        "verification": b64u_encode(_verification(f"node-{index}-sign")),
        "hpke": b64u_encode(hpke.public_key().public_bytes_raw()),
    }


def log_key() -> str:
    """The log's public key (b64u), made at the first call."""
    return b64u_encode(_verification(LOG))


def _own_nodes() -> list[dict[str, str]]:
    return [
        {"id": str(uuid.uuid4()), **node_keys(index)}
        for index in range(1, settings.SESPHR_NODES + 1)
    ]


def _configuration(nodes: list[Mapping[str, str]], log: str, now: int) -> dict[str, Any]:
    return {
        "suite": SUITE,
        "deployment": settings.SESPHR_DEPLOYMENT,
        "iss": str(uuid.uuid4()),
        "iat": now,
        "n": settings.SESPHR_NODES,
        "t": settings.SESPHR_THRESHOLD,
        "nodes": [{"index": number, **node} for number, node in enumerate(nodes, 1)],
        "log": {"name": f"{settings.SESPHR_DEPLOYMENT}/log", "key": log},
        "witnesses": [],
    }


def path() -> Path:
    """Where the signed configuration is."""
    return Path(settings.SESPHR_DATA) / "deployment.jws"


def operator_path() -> Path:
    """Where the operator's public key is: base64url of its 32 octets."""
    return Path(settings.SESPHR_DATA) / "operator.pub"


def exists() -> bool:
    """Whether DATA holds a deployment."""
    return path().exists()


def create(now: int) -> bool:
    """Make keys and configuration unless they are there; whether anything was made.

    For the one process that is operator, nodes and log at once.
    """
    if exists():
        if not operator_path().exists() and secret_exists(settings.SESPHR_DATA, OPERATOR):
            # Made before servers could run apart.
            write(operator_path(), b64u_encode(_verification(OPERATOR)))
        return False
    sign(_own_nodes(), log_key(), now)
    return True


def sign(nodes: list[Any], log: str, now: int) -> None:
    """Sign and write the configuration of these nodes (id and public keys) and this log's key."""
    payload = json.dumps(_configuration(nodes, log, now), separators=(",", ":")).encode()
    jws = statements.sign(secret(settings.SESPHR_DATA, OPERATOR), "sesphr-deployment", payload)
    # The key first: a configuration without it could not be read.
    write(operator_path(), b64u_encode(_verification(OPERATOR)))
    write(path(), jws)


def write(place: Path, text: str) -> None:
    """Put a public file in place at once."""
    draft = place.with_suffix(".draft")
    draft.write_text(text, encoding="ascii")
    draft.replace(place)


def read(jws: str, operator_key: bytes, deployment: str) -> Deployment:
    """Check a signed configuration against the operator's key.

    Raises:
        CryptoError: signature or payload are not right.
    """
    issuer = statements.payload_of_unverified(jws)["iss"]
    checked = statements.verify(
        jws, typ="sesphr-deployment", deployment=deployment, directory={issuer: operator_key}
    )
    return of_configuration(checked, operator_key)


def check(jws: str, operator_key: bytes) -> Deployment:
    """A configuration that the settings of this process agree with.

    Raises:
        ImproperlyConfigured: it does not, or is not signed by the operator.
    """
    try:
        found = read(jws, operator_key, settings.SESPHR_DEPLOYMENT)
    except (CryptoError, KeyError) as error:
        raise ImproperlyConfigured(
            f"DATA/deployment.jws is not {settings.SESPHR_DEPLOYMENT}'s, signed by its operator: {error}."
        ) from error
    if (found.n, found.t) != (settings.SESPHR_NODES, settings.SESPHR_THRESHOLD):
        raise ImproperlyConfigured(
            f"DATA/deployment.jws says {found.t} of {found.n} nodes, the settings say "
            f"{settings.SESPHR_THRESHOLD} of {settings.SESPHR_NODES}: they must agree."
        )
    return found


@lru_cache(maxsize=1)
def get_deployment() -> Deployment:
    """This server's deployment, as DATA/deployment.jws says.

    Raises:
        ImproperlyConfigured: there is none, or the settings say something else.
    """
    if not (exists() and operator_path().exists()):
        raise ImproperlyConfigured(
            "No deployment yet: run `manage.py init_deployment` first, or"
            " `manage.py install_deployment` at a server that runs apart."
        )
    key = b64u_decode(operator_path().read_text(encoding="ascii").strip(), 32)
    return check(path().read_text(encoding="ascii"), key)


def check_own_keys() -> None:
    """That this process has the private keys of what it runs.

    Raises:
        ImproperlyConfigured: one is missing, or the configuration names another.
    """
    found, data = get_deployment(), settings.SESPHR_DATA
    runs_log = settings.SESPHR_ROLE in ("audit", "all")
    names = [f"node-{index}-{kind}" for index in own_nodes() for kind in ("sign", "hpke")]
    missing = [
        name for name in [*names, *([LOG] if runs_log else [])] if not secret_exists(data, name)
    ]
    if missing:
        raise ImproperlyConfigured(f"DATA/secrets has no {', '.join(missing)}: restore the backup.")
    others = [
        f"node {index}"
        for index in own_nodes()
        if node_keys(index)
        != {
            "verification": b64u_encode(found.node(index).verification),
            "hpke": b64u_encode(found.node(index).hpke),
        }
    ]
    if runs_log and log_key() != b64u_encode(found.log_key):
        others.append("the log")
    if others:
        raise ImproperlyConfigured(
            f"DATA/deployment.jws names other keys of {', '.join(others)} than DATA/secrets has."
        )
