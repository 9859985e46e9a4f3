"""What was stored whole becomes a stream of one piece, with the hashes of its chunks."""

import uuid
from typing import Any

from django.core.files.storage import storages
from django.db import migrations, transaction

from sesphr.crypto.merkle import leaf_hash

CHUNK = 65552


def leaves_of(blob: str) -> bytes:
    """The hashes of a blob's chunks; none when it is gone, which every reading then reports."""
    try:
        with storages['blobs'].open(blob, 'rb') as file:
            return b''.join(leaf_hash(chunk) for chunk in iter(lambda: file.read(CHUNK), b''))
    except FileNotFoundError:
        return b''


def fill(apps: Any, schema_editor: Any) -> None:
    alias = schema_editor.connection.alias
    Attachment = apps.get_model('cloudstore', 'Attachment')
    Piece = apps.get_model('cloudstore', 'Piece')
    for row in list(Attachment.objects.using(alias).filter(stream=None)):
        stream, leaves = uuid.uuid4(), leaves_of(row.blob)
        with transaction.atomic(using=alias):
            Piece.objects.using(alias).create(
                stream=stream, first=0, size=row.size, blob=row.blob, leaves=leaves
            )
            Attachment.objects.using(alias).filter(pk=row.pk).update(stream=stream)


class Migration(migrations.Migration):

    # Each attachment by itself: an interrupted migration goes on where it was.
    atomic = False

    dependencies = [
        ('cloudstore', '0002_pieces'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
