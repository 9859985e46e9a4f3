"""Whom this client talks to: the signed configuration, pinned at first contact.

At the first contact with an address the operator's key and the configuration are
taken on trust; from then on another key or another configuration stops every command.
"""

from sesphr.client.answers.account import DeploymentAnswer
from sesphr.client.errors import IntegrityError, ServerError
from sesphr.client.home import Home
from sesphr.client.http import Api
from sesphr.client.statement import verify
from sesphr.crypto import statements
from sesphr.crypto.deployment import Deployment, of_configuration
from sesphr.crypto.encoding import b64u_decode, b64u_encode
from sesphr.crypto.errors import CryptoError

PINS = "deployments"


def read(answer: DeploymentAnswer) -> Deployment:
    """Check a configuration against the operator's key that came with it.

    Raises:
        ServerError: it cannot be read. IntegrityError: the signature is wrong.
    """
    try:
        key = b64u_decode(answer.operator_key, 32)
        claimed = statements.payload_of_unverified(answer.configuration)
        issuer, name = str(claimed["iss"]), str(claimed["deployment"])
    except (CryptoError, KeyError) as error:
        raise ServerError("This is not a SeSPHR server, or another version.") from error
    checked = verify(
        answer.configuration, typ="sesphr-deployment", deployment=name, directory={issuer: key},
        what="The server's configuration",
    )  # fmt: skip
    return of_configuration(checked, key)


def pinned(api: Api, home: Home, server: str) -> Deployment:
    """The server's deployment, which is the one that HOME knows under this address.

    Raises:
        IntegrityError: operator key or configuration changed.
    """
    found = read(api.get(DeploymentAnswer, "/deployment"))
    pin = {"operator_key": b64u_encode(found.operator_key), "configuration": found.digest}
    known = home.read(PINS).get(server)
    if known is None:
        home.update(PINS, **{server: pin})
    elif known != pin:
        raise IntegrityError(
            f"STOP: {server} is not the deployment that it was. Its operator's key or its "
            "configuration changed. Ask the operator, by another way than this server, before you "
            f"go on; then remove its entry from {home.path / PINS}.json."
        )
    return found
