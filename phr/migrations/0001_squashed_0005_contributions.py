"""Everything that the migrations before it made, at once, for a database that is new."""

import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('phr', '0001_initial'), ('phr', '0002_integrity_report'), ('phr', '0003_report_node'), ('phr', '0004_emergencies'), ('phr', '0005_contributions')]

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Record',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('owner', models.UUIDField(db_index=True)),
                ('created', models.PositiveBigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='EmergencyRequest',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('asker', models.UUIDField()),
                ('owner', models.UUIDField()),
                ('colleague', models.UUIDField(db_index=True, null=True)),
                ('digest', models.CharField(max_length=43)),
                ('statement', models.TextField()),
                ('cosign', models.TextField()),
                ('confirmed', models.TextField(blank=True)),
                ('asked', models.PositiveBigIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('asker', 'owner'), name='phr_emergency_asker')],
            },
        ),
        migrations.CreateModel(
            name='IntegrityReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reported_by', models.UUIDField()),
                ('reason', models.CharField(max_length=64)),
                ('record', models.UUIDField(null=True)),
                ('partition', models.CharField(blank=True, max_length=32)),
                ('manifest', models.CharField(blank=True, max_length=43)),
                ('emergency', models.UUIDField(null=True, unique=True)),
                ('node', models.PositiveSmallIntegerField(null=True)),
                ('first', models.PositiveBigIntegerField()),
                ('last', models.PositiveBigIntegerField()),
                ('count', models.PositiveBigIntegerField(default=1)),
                ('closed', models.PositiveBigIntegerField(null=True)),
                ('closed_by', models.CharField(blank=True, max_length=254)),
                ('note', models.TextField(blank=True)),
            ],
            options={
                'indexes': [models.Index(fields=['closed', 'last'], name='phr_report_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('closed__isnull', True), ('closed_by', '')), ('closed__isnull', False), _connector='OR'), name='phr_report_closed')],
            },
        ),
        migrations.CreateModel(
            name='KeyRequest',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('digest', models.CharField(max_length=43, unique=True)),
                ('statement', models.TextField()),
                ('owner', models.UUIDField(db_index=True)),
                ('asker', models.UUIDField(db_index=True)),
                ('asked', models.PositiveBigIntegerField()),
                ('state', models.CharField(choices=[('pending', 'Pending'), ('approved', 'Approved'), ('declined', 'Declined')], default='pending', max_length=16)),
                ('answered', models.PositiveBigIntegerField(null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['pending', 'approved', 'declined'])), name='phr_request_state'), models.CheckConstraint(condition=models.Q(models.Q(('answered__isnull', True), ('state', 'pending')), models.Q(models.Q(('state', 'pending'), _negated=True), ('answered__isnull', False)), _connector='OR'), name='phr_request_answered')],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('code', 'Code'), ('emergency', 'Emergency')], max_length=16)),
                ('owner', models.UUIDField(db_index=True)),
                ('asker', models.UUIDField()),
                ('request', models.CharField(max_length=43)),
                ('at', models.PositiveBigIntegerField()),
                ('until', models.PositiveBigIntegerField()),
                ('reason', models.TextField(blank=True)),
                ('signers', models.JSONField(default=list)),
                ('seen', models.PositiveBigIntegerField(null=True)),
                ('review', models.CharField(blank=True, choices=[('right', 'Right'), ('questioned', 'Questioned')], max_length=16)),
                ('reviewed', models.PositiveBigIntegerField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner', 'kind', 'request'), name='phr_notice_request'), models.CheckConstraint(condition=models.Q(models.Q(('review', ''), ('reviewed__isnull', True)), models.Q(('review__in', ['right', 'questioned']), ('reviewed__isnull', False)), _connector='OR'), name='phr_notice_review')],
            },
        ),
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('record', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('owner', models.UUIDField()),
                ('author', models.UUIDField(db_index=True)),
                ('digest', models.CharField(max_length=43, unique=True)),
                ('manifest', models.TextField()),
                ('offered', models.PositiveBigIntegerField()),
                ('state', models.CharField(choices=[('pending', 'Pending'), ('accepted', 'Accepted'), ('declined', 'Declined')], default='pending', max_length=16)),
                ('answer', models.TextField(blank=True)),
                ('answered', models.PositiveBigIntegerField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['owner', 'state'], name='phr_proposal_waiting')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('answered__isnull', True), ('state', 'pending')), models.Q(('answered__isnull', False), ('state__in', ['accepted', 'declined'])), _connector='OR'), name='phr_proposal_answered')],
            },
        ),
        migrations.CreateModel(
            name='Version',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('n', models.PositiveBigIntegerField()),
                ('digest', models.CharField(max_length=43, unique=True)),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='phr.record')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('record', 'n'), name='phr_version_n')],
            },
        ),
        migrations.CreateModel(
            name='PartitionSize',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('partition', models.CharField(max_length=32)),
                ('size', models.PositiveBigIntegerField()),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sizes', to='phr.version')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('version', 'partition'), name='phr_partition_size')],
            },
        ),
    ]
