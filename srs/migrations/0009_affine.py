from django.db import migrations

from sesphr.fields import OctetsField


class Migration(migrations.Migration):
    dependencies = [("srs", "0008_keep_until")]

    operations = [
        migrations.AddField(
            model_name="rparameter",
            name="affine",
            field=OctetsField(max_length=96, null=True),
        ),
    ]
