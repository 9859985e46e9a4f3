from typing import Any

from django.db import migrations, models
from django.db.models import F

# How long an answer may be asked for again, in seconds.
ANSWER_LIFE = 300


def keep_those_that_are_there(apps: Any, schema_editor: Any) -> None:
    rows = apps.get_model("srs", "AccessRequest").objects.using(schema_editor.connection.alias)
    rows.exclude(answer=None).update(keep_until=F("taken") + ANSWER_LIFE)


class Migration(migrations.Migration):
    dependencies = [("srs", "0007_journal")]

    operations = [
        migrations.AddField(
            model_name="accessrequest",
            name="keep_until",
            field=models.PositiveBigIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name="accessrequest",
            index=models.Index(fields=["keep_until"], name="srs_access_kept"),
        ),
        migrations.RunPython(keep_those_that_are_there, migrations.RunPython.noop),
    ]
