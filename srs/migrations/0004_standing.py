"""Shares for standing delegation; what was dealt before is of the group that it was dealt to."""

from typing import Any

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import sesphr.fields


def name_the_group(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """All re-encryption keys so far were dealt to the nodes that the configuration names."""
    delegations: Any = apps.get_model("srs", "Delegation")
    rows = delegations.objects.using(editor.connection.alias)
    if rows.exists():
        from sesphr.deployment import get_deployment  # noqa: PLC0415

        rows.update(group=get_deployment().group)


class Migration(migrations.Migration):
    """Adds shares and who gives to roles."""

    dependencies = [("srs", "0003_credentials")]
    operations = [
        migrations.AddField(
            model_name="delegation",
            name="group",
            field=models.CharField(default="", max_length=43),
            preserve_default=False,
        ),
        migrations.RunPython(name_the_group, migrations.RunPython.noop),
        migrations.CreateModel(
            name="Share",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("partition", models.CharField(max_length=32)),
                ("epoch", models.PositiveBigIntegerField()),
                ("group", models.CharField(max_length=43)),
                ("s", sesphr.fields.OctetsField(max_length=32)),
                ("owner", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="shares", to="srs.member")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("owner", "partition", "epoch"), name="srs_share")],
            },
        ),
        migrations.CreateModel(
            name="RoleGiver",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=32)),
                ("issuer", models.CharField(max_length=43)),
                ("owner", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="roles_given", to="srs.member")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("role", "issuer", "owner"), name="srs_role_giver")],
            },
        ),
    ]
