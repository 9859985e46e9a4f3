"""Whose a stream is, from its next entry on: nobody knows it of those that are there."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_check")]

    operations = [
        migrations.CreateModel(
            name="Stream",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("writer", models.CharField(max_length=20)),
            ],
        ),
    ]
