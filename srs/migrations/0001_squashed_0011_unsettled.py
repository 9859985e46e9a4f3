"""Everything that the migrations before it made, at once, for a database that is new."""

import django.db.models.deletion
import sesphr.fields
import uuid
from django.db import migrations, models

from sesphr.eventlog_triggers import protect_events, protect_journal, protect_streams


class Migration(migrations.Migration):

    replaces = [('srs', '0001_initial'), ('srs', '0002_append_only'), ('srs', '0003_credentials'), ('srs', '0004_standing'), ('srs', '0005_visits'), ('srs', '0006_contributions'), ('srs', '0007_journal'), ('srs', '0008_keep_until'), ('srs', '0009_affine'), ('srs', '0010_keyless'), ('srs', '0011_unsettled')]

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Cursor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('peer', models.PositiveSmallIntegerField(unique=True)),
                ('number', models.PositiveBigIntegerField(default=0)),
                ('life', models.CharField(blank=True, max_length=36)),
                ('furthest', models.PositiveBigIntegerField(default=0)),
                ('digest', sesphr.fields.OctetsField(default=b'', max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name='Revocations',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('issuer', models.CharField(max_length=43, unique=True)),
                ('number', models.PositiveBigIntegerField()),
                ('octets', models.BinaryField(max_length=1048576)),
            ],
        ),
        migrations.CreateModel(
            name='Stream',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('member', models.UUIDField(unique=True)),
                ('stream', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('length', models.PositiveBigIntegerField(default=0)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Member',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('pending', 'Pending'), ('active', 'Active'), ('suspended', 'Suspended'), ('departed', 'Departed')], default='pending', max_length=16)),
                ('role', models.CharField(blank=True, max_length=32)),
                ('joined', models.PositiveBigIntegerField(null=True)),
                ('verification', sesphr.fields.OctetsField(max_length=32)),
                ('receive', sesphr.fields.OctetsField(max_length=96)),
                ('key_digest', models.CharField(max_length=43)),
                ('departure', models.TextField(blank=True)),
                ('turn', models.PositiveBigIntegerField(default=0)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['pending', 'active', 'suspended', 'departed'])), name='srs_member_state'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'active'), _negated=True), ('joined__isnull', False), _connector='OR'), name='srs_member_active_joined')],
            },
        ),
        migrations.CreateModel(
            name='Record',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('date', models.PositiveBigIntegerField()),
                ('head', models.PositiveBigIntegerField(default=0)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='records', to='srs.member')),
            ],
        ),
        migrations.CreateModel(
            name='Version',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveBigIntegerField()),
                ('digest', models.CharField(max_length=43)),
                ('manifest', models.TextField()),
                ('accepted', models.PositiveBigIntegerField()),
                ('open_from', models.PositiveBigIntegerField(null=True)),
                ('open_until', models.PositiveBigIntegerField(null=True)),
                ('receipt', models.TextField()),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='srs.record')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('record', 'version'), name='srs_version'), models.UniqueConstraint(fields=('digest',), name='srs_version_digest'), models.CheckConstraint(condition=models.Q(('version__gte', 1)), name='srs_version_positive')],
            },
        ),
        migrations.CreateModel(
            name='Contribution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('proposed', 'Proposed'), ('accepted', 'Accepted'), ('declined', 'Declined')], default='proposed', max_length=16)),
                ('octets', models.PositiveBigIntegerField()),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contributed', to='srs.member')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contributions', to='srs.member')),
                ('version', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='contribution', to='srs.version')),
            ],
            options={
                'indexes': [models.Index(fields=['owner', 'state'], name='srs_contribution_waiting')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['proposed', 'accepted', 'declined'])), name='srs_contribution_state'), models.CheckConstraint(condition=models.Q(('owner', models.F('author')), _negated=True), name='srs_contribution_of_another')],
            },
        ),
        migrations.CreateModel(
            name='ContributionAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=43, unique=True)),
                ('jws', models.TextField()),
                ('receipt', models.TextField()),
                ('contribution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='srs.contribution')),
            ],
        ),
        migrations.CreateModel(
            name='Journal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveBigIntegerField(unique=True)),
                ('kind', models.CharField(max_length=32)),
                ('subject', models.CharField(max_length=64)),
                ('time', models.PositiveBigIntegerField()),
                ('statement', models.TextField()),
                ('facts', models.TextField()),
                ('sealed', models.TextField(null=True)),
                ('digest', sesphr.fields.OctetsField(max_length=32)),
                ('void', models.BooleanField(default=False)),
            ],
            options={
                'indexes': [models.Index(fields=['kind', 'subject'], name='srs_journal_subject')],
            },
        ),
        migrations.CreateModel(
            name='JournalHead',
            fields=[
                ('id', models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ('length', models.PositiveBigIntegerField(default=0)),
                ('digest', sesphr.fields.OctetsField(default=b'', max_length=32)),
                ('behind', models.BooleanField(default=False)),
                ('life', models.CharField(blank=True, max_length=36)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='srs_journal_single')],
            },
        ),
        migrations.CreateModel(
            name='Credential',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('octets', models.BinaryField(max_length=65535)),
                ('digest', models.CharField(max_length=43)),
                ('receipt', models.TextField()),
                ('member', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='credential', to='srs.member')),
            ],
        ),
        migrations.CreateModel(
            name='ConsentSecret',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('secret', sesphr.fields.OctetsField(max_length=20)),
                ('owner', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='consent_secret', to='srs.member')),
            ],
        ),
        migrations.CreateModel(
            name='Rival',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('peer', models.PositiveSmallIntegerField()),
                ('kind', models.CharField(max_length=32)),
                ('subject', models.CharField(max_length=64)),
                ('seq', models.PositiveBigIntegerField()),
                ('digest', models.CharField(max_length=43)),
                ('dated', models.PositiveBigIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('peer', 'kind', 'subject', 'seq'), name='srs_rival')],
            },
        ),
        migrations.CreateModel(
            name='Unsettled',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('peer', models.PositiveSmallIntegerField()),
                ('kind', models.CharField(max_length=32)),
                ('subject', models.CharField(max_length=64)),
                ('number', models.PositiveBigIntegerField()),
                ('tries', models.PositiveIntegerField(default=1)),
                ('tried', models.PositiveBigIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('peer', 'kind', 'subject'), name='srs_unsettled')],
            },
        ),
        migrations.CreateModel(
            name='RParameter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('partition', models.CharField(max_length=32)),
                ('epoch', models.PositiveBigIntegerField()),
                ('r', sesphr.fields.OctetsField(max_length=48)),
                ('affine', sesphr.fields.OctetsField(max_length=96, null=True)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parameters', to='srs.version')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('version', 'partition'), name='srs_r_parameter')],
            },
        ),
        migrations.CreateModel(
            name='Visit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.PositiveBigIntegerField()),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visits_given', to='srs.member')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visits_made', to='srs.member')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner', 'user'), name='srs_visit')],
            },
        ),
        migrations.CreateModel(
            name='KeyRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=43, unique=True)),
                ('nonce', models.CharField(max_length=22)),
                ('jws', models.TextField()),
                ('receipt', models.TextField()),
                ('asker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='key_requests', to='srs.member')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('asker', 'nonce'), name='srs_key_request_nonce')],
            },
        ),
        migrations.CreateModel(
            name='Keyless',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='keyless_given', to='srs.member')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='keyless', to='srs.member')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner', 'user'), name='srs_keyless')],
            },
        ),
        migrations.CreateModel(
            name='Emergency',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('request', models.CharField(max_length=43)),
                ('since', models.PositiveBigIntegerField()),
                ('reason', models.TextField()),
                ('signers', models.JSONField()),
                ('cosigns', models.JSONField()),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='emergencies', to='srs.member')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='emergencies_asked', to='srs.member')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner', 'request'), name='srs_emergency_request')],
            },
        ),
        migrations.CreateModel(
            name='Delegation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('partition', models.CharField(max_length=32)),
                ('epoch', models.PositiveBigIntegerField()),
                ('key_digest', models.CharField(max_length=43)),
                ('group', models.CharField(max_length=43)),
                ('d', sesphr.fields.OctetsField(max_length=96)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations_given', to='srs.member')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations_held', to='srs.member')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner', 'user', 'partition', 'epoch'), name='srs_delegation')],
            },
        ),
        migrations.CreateModel(
            name='ConsentTry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.PositiveBigIntegerField()),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consent_tries', to='srs.member')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consent_tried', to='srs.member')),
            ],
            options={
                'indexes': [models.Index(fields=['owner', 'at'], name='srs_consent_try')],
            },
        ),
        migrations.CreateModel(
            name='ConsentStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.PositiveBigIntegerField()),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consent_steps', to='srs.member')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner', 'step'), name='srs_consent_step')],
            },
        ),
        migrations.CreateModel(
            name='Adder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='adders', to='srs.member')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='may_add', to='srs.member')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner', 'user'), name='srs_adder')],
            },
        ),
        migrations.CreateModel(
            name='Acl',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seq', models.PositiveBigIntegerField()),
                ('digest', models.CharField(max_length=43)),
                ('jws', models.TextField()),
                ('receipt', models.TextField()),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='acls', to='srs.member')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner', 'seq'), name='srs_acl_seq'), models.CheckConstraint(condition=models.Q(('seq__gte', 1)), name='srs_acl_positive')],
            },
        ),
        migrations.CreateModel(
            name='AccessRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=43, unique=True)),
                ('nonce', models.CharField(max_length=22)),
                ('taken', models.PositiveBigIntegerField()),
                ('decisions', models.JSONField()),
                ('events', models.JSONField()),
                ('answer', models.TextField(null=True)),
                ('tickets', models.JSONField(null=True)),
                ('keep_until', models.PositiveBigIntegerField(null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='access_requests', to='srs.member')),
            ],
            options={
                'indexes': [models.Index(fields=['taken'], name='srs_access_taken'), models.Index(fields=['keep_until'], name='srs_access_kept')],
                'constraints': [models.UniqueConstraint(fields=('user', 'nonce'), name='srs_access_nonce')],
            },
        ),
        migrations.CreateModel(
            name='PartitionKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('partition', models.CharField(max_length=32)),
                ('epoch', models.PositiveBigIntegerField()),
                ('a', sesphr.fields.OctetsField(max_length=48)),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='partition_keys', to='srs.member')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('member', 'partition', 'epoch'), name='srs_partition_key')],
            },
        ),
        migrations.CreateModel(
            name='Registration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seq', models.PositiveBigIntegerField()),
                ('digest', models.CharField(max_length=43)),
                ('jws', models.TextField()),
                ('receipt', models.TextField()),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='registrations', to='srs.member')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('member', 'seq'), name='srs_registration_seq')],
            },
        ),
        migrations.CreateModel(
            name='RoleGiver',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=32)),
                ('issuer', models.CharField(max_length=43)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='roles_given', to='srs.member')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('role', 'issuer', 'owner'), name='srs_role_giver')],
            },
        ),
        migrations.CreateModel(
            name='Share',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('partition', models.CharField(max_length=32)),
                ('epoch', models.PositiveBigIntegerField()),
                ('group', models.CharField(max_length=43)),
                ('s', sesphr.fields.OctetsField(max_length=32)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shares', to='srs.member')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner', 'partition', 'epoch'), name='srs_share')],
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveBigIntegerField()),
                ('event', models.TextField(null=True)),
                ('salt', models.BinaryField(max_length=32, null=True)),
                ('entry', models.BinaryField(max_length=32)),
                ('index', models.PositiveBigIntegerField(null=True)),
                ('stream', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='srs.stream')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('stream', 'number'), name='srs_event_number')],
            },
        ),
        protect_streams("srs_stream"),
        protect_events("srs_event"),
        protect_journal("srs_journal"),
    ]
