"""Everything that the migrations before it made, at once, for a database that is new."""

import django.db.models.functions.text
import django.db.models.lookups
import sesphr.fields
from django.db import migrations, models

from audit.triggers import protect_log


class Migration(migrations.Migration):

    replaces = [('audit', '0001_initial'), ('audit', '0002_append_only'), ('audit', '0003_check'), ('audit', '0004_streams')]

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Check',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('time', models.PositiveBigIntegerField()),
                ('by', models.CharField(max_length=254)),
                ('size', models.PositiveBigIntegerField(null=True)),
                ('root', sesphr.fields.OctetsField(max_length=32, null=True)),
                ('damage', models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name='Stream',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('writer', models.CharField(max_length=20)),
            ],
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('index', models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ('stream', models.UUIDField()),
                ('number', models.PositiveBigIntegerField()),
                ('entry', sesphr.fields.OctetsField(max_length=32)),
                ('time', models.PositiveBigIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('stream', 'number'), name='audit_entry_place'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='audit_entry_number'), models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('entry'), 32), name='audit_entry_octets')],
            },
        ),
        migrations.CreateModel(
            name='Hash',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.PositiveSmallIntegerField()),
                ('position', models.PositiveBigIntegerField()),
                ('hash', sesphr.fields.OctetsField(max_length=32)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('level', 'position'), name='audit_hash_place'), models.CheckConstraint(condition=models.Q(('level__lte', 62)), name='audit_hash_level'), models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('hash'), 32), name='audit_hash_octets')],
            },
        ),
        migrations.CreateModel(
            name='Lock',
            fields=[
                ('id', models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='audit_lock_single')],
            },
        ),
        protect_log(),
    ]
