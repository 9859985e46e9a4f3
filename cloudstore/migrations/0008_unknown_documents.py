"""Which documents no node knows, of those that wait: until it was asked, of none that is here."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cloudstore", "0007_former_keys")]

    operations = [
        migrations.AddField(
            model_name="document",
            name="unknown",
            field=models.BooleanField(default=False),
        ),
    ]
