"""Attachments may lie in several pieces, and arrive piece by piece."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cloudstore', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Piece',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stream', models.UUIDField()),
                ('first', models.PositiveBigIntegerField()),
                ('size', models.PositiveBigIntegerField()),
                ('blob', models.CharField(max_length=100, unique=True)),
                ('leaves', models.BinaryField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('stream', 'first'), name='cloud_piece_place'), models.CheckConstraint(condition=models.Q(('size__gte', 1)), name='cloud_piece_size')],
            },
        ),
        migrations.CreateModel(
            name='Upload',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('owner', models.UUIDField()),
                ('attachment', models.UUIDField()),
                ('stream', models.UUIDField(unique=True)),
                ('received', models.PositiveBigIntegerField(default=0)),
                ('tail', models.BinaryField(default=b'')),
                ('touched', models.PositiveBigIntegerField()),
            ],
            options={
                'indexes': [models.Index(fields=['touched'], name='cloud_upload_age')],
                'constraints': [models.UniqueConstraint(fields=('owner', 'attachment'), name='cloud_upload_name')],
            },
        ),
        migrations.AddField(
            model_name='attachment',
            name='stream',
            field=models.UUIDField(null=True),
        ),
    ]
