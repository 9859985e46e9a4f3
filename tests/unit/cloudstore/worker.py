"""A process that stores: python -m tests.unit.cloudstore.worker put|check FILE

`put` stores each upload of FILE (JSON) and its attachment, retrying what is
Unavailable. `check` prints how many documents and attachments are stored, after
reading every one of them whole.
"""

import json
import sys
from pathlib import Path
from typing import Any

import django


def put(uploads: list[dict[str, str]]) -> None:
    from cloudstore.store import LocalCloud

    cloud = LocalCloud()
    for one in uploads:
        stream = bytes.fromhex(one["stream"])
        retried(cloud.put_attachment, one["owner"], one["attachment"], [stream])
        key, document = bytes.fromhex(one["verification"]), bytes.fromhex(one["document"])
        retried(cloud.put, one["manifest"], key, document)
        print("stored", flush=True)


def retried(call: Any, *arguments: object) -> None:
    from sesphr.ports.errors import Unavailable

    for _ in range(50):
        try:
            call(*arguments)
        except Unavailable:
            continue
        return
    raise TimeoutError


def check(_: object) -> None:
    from cloudstore import pieces, reading
    from cloudstore.models import Attachment, Document
    from sesphr.crypto.document import parse_document
    from sesphr.crypto.statements import payload_of_unverified

    for row in Document.objects.all():
        payload = payload_of_unverified(row.manifest)
        parse_document(bytes(row.document), payload)
        (item,) = payload["partitions"]["medical"]["attachments"]
        Attachment.objects.get(owner=row.owner, attachment=item["id"])
    for stored in Attachment.objects.all():
        found = list(pieces.of(stored.stream))
        list(reading.octets(found, stored.size, stored.root, 0, stored.size - 1))
    print(Document.objects.count(), Attachment.objects.count())


if __name__ == "__main__":
    django.setup()
    {"put": put, "check": check}[sys.argv[1]](json.loads(Path(sys.argv[2]).read_text()))
