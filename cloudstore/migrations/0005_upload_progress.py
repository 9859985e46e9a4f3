"""Uploads say since when they are under way, and how many octets they will have."""

from typing import Any

from django.db import migrations, models
from django.db.models import F


def begin(apps: Any, editor: Any) -> None:
    """Of what is under way already, the last octets are the first that anybody knows of."""
    uploads = apps.get_model("cloudstore", "Upload").objects.using(editor.connection.alias)
    uploads.update(begun=F("touched"))


class Migration(migrations.Migration):

    dependencies = [
        ('cloudstore', '0004_streams'),
    ]

    operations = [
        migrations.AddField(
            model_name='upload',
            name='announced',
            field=models.PositiveBigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='upload',
            name='begun',
            field=models.PositiveBigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
