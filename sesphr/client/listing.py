"""Lists of records: what there is, never what it says.

A list is the server's word. What was deposited from this HOME must be in it, and what is
opened is checked by signatures, and by whose it is listed as.
"""

from collections.abc import Iterable, Mapping

from sesphr.client.answers.records import Records, RecordView
from sesphr.client.errors import IntegrityError
from sesphr.client.session import Session

# Where `depositing` notes what was acknowledged: the newest version, and its manifest's digest.
DONE = "deposits"


def listed(session: Session, owner: str | None = None) -> list[RecordView]:
    """Records that the member owns or may read something of, oldest first; only those of `owner`
    (a member id) where one is named.

    Raises:
        IntegrityError: the list cannot be true.
    """
    # Before the list: what another process deposits meanwhile need not be in it.
    done = session.folder.read(DONE) if owner == session.me.id else {}
    query = {} if owner is None else {"owner": owner}
    views = session.api.get(Records, "/records", **query).records
    if len({view.record for view in views}) != len(views):
        raise IntegrityError("STOP: the server lists one record twice.")
    if owner is not None and any(view.owner != owner for view in views):
        raise IntegrityError("STOP: the server lists somebody else's record as that owner's.")
    check_none_missing(views, {name: int(one.get("version", 1)) for name, one in done.items()})
    return views


def check_none_missing(views: Iterable[RecordView], known: Mapping[str, int]) -> None:
    """Own records that are known are listed, with the version that is known or a later one.

    Raises:
        IntegrityError: one is not.
    """
    shown = {view.record: view.version for view in views}
    for record, version in known.items():
        if shown.get(record, 0) < version:
            raise IntegrityError(
                f"STOP: the server does not list version {version} of your record {record}."
            )
