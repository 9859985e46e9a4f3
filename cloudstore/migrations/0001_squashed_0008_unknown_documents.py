"""Everything that the migrations before it made, at once, for a database that is new."""

import django.db.models.functions.text
import django.db.models.lookups
import sesphr.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('cloudstore', '0001_initial'), ('cloudstore', '0002_pieces'), ('cloudstore', '0003_one_piece_each'), ('cloudstore', '0004_streams'), ('cloudstore', '0005_upload_progress'), ('cloudstore', '0006_contributions'), ('cloudstore', '0007_former_keys'), ('cloudstore', '0008_unknown_documents')]

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='AclSeq',
            fields=[
                ('owner', models.UUIDField(primary_key=True, serialize=False)),
                ('seq', models.PositiveBigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Acceptance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', sesphr.fields.OctetsField(max_length=32, unique=True)),
                ('manifest', sesphr.fields.OctetsField(max_length=32)),
                ('owner', models.UUIDField()),
                ('statement', models.TextField()),
                ('stored', models.PositiveBigIntegerField()),
                ('kept', models.BooleanField(default=False)),
            ],
            options={
                'indexes': [models.Index(fields=['manifest'], name='cloud_acceptance_of'), models.Index(fields=['kept', 'stored'], name='cloud_acceptance_age')],
                'constraints': [models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('digest'), 32), name='cloud_acceptance_digest'), models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('manifest'), 32), name='cloud_acceptance_manifest')],
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('owner', models.UUIDField()),
                ('attachment', models.UUIDField()),
                ('document', sesphr.fields.OctetsField(max_length=32, null=True)),
                ('size', models.PositiveBigIntegerField()),
                ('root', sesphr.fields.OctetsField(max_length=32)),
                ('stream', models.UUIDField(unique=True)),
                ('stored', models.PositiveBigIntegerField()),
                ('kept', models.BooleanField(default=False)),
            ],
            options={
                'indexes': [models.Index(fields=['kept', 'stored'], name='cloud_attachment_age')],
                'constraints': [models.UniqueConstraint(fields=('owner', 'attachment'), name='cloud_attachment_name'), models.CheckConstraint(condition=models.Q(('size__gte', 16)), name='cloud_attachment_size'), models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('root'), 32), name='cloud_attachment_root')],
            },
        ),
        migrations.CreateModel(
            name='Author',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('verification', sesphr.fields.OctetsField(max_length=32)),
                ('former', models.BinaryField(default=b'')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('verification'), 32), name='cloud_author_key')],
            },
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', sesphr.fields.OctetsField(max_length=32, unique=True)),
                ('owner', models.UUIDField()),
                ('author', models.UUIDField()),
                ('record', models.UUIDField()),
                ('version', models.PositiveBigIntegerField()),
                ('manifest', models.TextField()),
                ('document', models.BinaryField()),
                ('octets', sesphr.fields.OctetsField(max_length=32)),
                ('stored', models.PositiveBigIntegerField()),
                ('kept', models.BooleanField(default=False)),
                ('unknown', models.BooleanField(default=False)),
            ],
            options={
                'indexes': [models.Index(fields=['kept', 'stored'], name='cloud_document_age')],
                'constraints': [models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('digest'), 32), name='cloud_document_digest'), models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('octets'), 32), name='cloud_document_octets'), models.CheckConstraint(condition=models.Q(('version__gte', 1)), name='cloud_document_version')],
            },
        ),
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
            name='Tombstone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', sesphr.fields.OctetsField(max_length=32, unique=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('digest'), 32), name='cloud_tombstone_digest')],
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
                ('announced', models.PositiveBigIntegerField(null=True)),
                ('begun', models.PositiveBigIntegerField()),
                ('touched', models.PositiveBigIntegerField()),
            ],
            options={
                'indexes': [models.Index(fields=['touched'], name='cloud_upload_age')],
                'constraints': [models.UniqueConstraint(fields=('owner', 'attachment'), name='cloud_upload_name')],
            },
        ),
    ]
