"""Documents say who wrote them, and accepts of what others wrote are kept."""

import uuid
from typing import Any

import django.db.models.functions.text
import django.db.models.lookups
import sesphr.fields
from django.db import migrations, models
from django.db.models import F


def write_authors(apps: Any, editor: Any) -> None:
    """Until now every author was the owner."""
    documents = apps.get_model("cloudstore", "Document").objects.using(editor.connection.alias)
    documents.update(author=F("owner"))


class Migration(migrations.Migration):
    dependencies = [
        ("cloudstore", "0005_upload_progress"),
    ]

    operations = [
        migrations.AddField(
            model_name="attachment",
            name="document",
            field=sesphr.fields.OctetsField(max_length=32, null=True),
        ),
        migrations.AddField(
            model_name="document",
            name="author",
            field=models.UUIDField(default=uuid.UUID(int=0)),
            preserve_default=False,
        ),
        migrations.RunPython(write_authors, migrations.RunPython.noop),
        migrations.CreateModel(
            name="Acceptance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", sesphr.fields.OctetsField(max_length=32, unique=True)),
                ("manifest", sesphr.fields.OctetsField(max_length=32)),
                ("owner", models.UUIDField()),
                ("statement", models.TextField()),
                ("stored", models.PositiveBigIntegerField()),
                ("kept", models.BooleanField(default=False)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["manifest"], name="cloud_acceptance_of"),
                    models.Index(fields=["kept", "stored"], name="cloud_acceptance_age"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=django.db.models.lookups.Exact(
                            django.db.models.functions.text.Length("digest"), 32
                        ),
                        name="cloud_acceptance_digest",
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.Exact(
                            django.db.models.functions.text.Length("manifest"), 32
                        ),
                        name="cloud_acceptance_manifest",
                    ),
                ],
            },
        ),
    ]
