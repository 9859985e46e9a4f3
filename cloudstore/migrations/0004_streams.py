"""Every attachment has its stream; where its octets lie is said by the pieces."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cloudstore', '0003_one_piece_each'),
    ]

    operations = [
        migrations.AlterField(
            model_name='attachment',
            name='stream',
            field=models.UUIDField(unique=True),
        ),
        migrations.RemoveField(
            model_name='attachment',
            name='blob',
        ),
    ]
