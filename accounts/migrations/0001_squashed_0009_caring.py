"""Everything that the migrations before it made, at once, for a database that is new."""

import accounts.fields
import django.db.models.deletion
import sesphr.clock
import sesphr.fields
import uuid
from django.conf import settings
from django.db import migrations, models

from sesphr.eventlog_triggers import protect_events, protect_streams


class Migration(migrations.Migration):

    replaces = [('accounts', '0001_initial'), ('accounts', '0002_device'), ('accounts', '0003_member_language'), ('accounts', '0004_organisations'), ('accounts', '0005_family'), ('accounts', '0006_hand_over'), ('accounts', '0007_list_sent'), ('accounts', '0008_signed_invitations'), ('accounts', '0009_caring')]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Member',
            fields=[
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('login', accounts.fields.BinaryCharField(max_length=254, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('role', models.CharField(choices=[('owner', 'Owner'), ('physician', 'Physician'), ('nurse', 'Nurse'), ('pharmacist', 'Pharmacist'), ('insurer', 'Insurer'), ('researcher', 'Researcher'), ('relative', 'Relative'), ('administrator', 'Administrator')], max_length=16)),
                ('state', models.CharField(choices=[('pending', 'Pending'), ('authorised', 'Authorised'), ('suspended', 'Suspended'), ('departed', 'Departed')], default='pending', max_length=12)),
                ('registration', sesphr.fields.OctetsField(max_length=32, null=True)),
                ('registered_at', models.PositiveBigIntegerField(default=sesphr.clock.now)),
                ('confirmed_at', models.PositiveBigIntegerField(blank=True, null=True)),
                ('authorised_at', models.PositiveBigIntegerField(blank=True, null=True)),
                ('joined', models.PositiveBigIntegerField(blank=True, null=True)),
                ('checked', models.TextField(blank=True)),
                ('checked_by', models.CharField(blank=True, max_length=254)),
                ('session_epoch', models.PositiveBigIntegerField(default=0)),
                ('is_staff', models.BooleanField(default=False)),
                ('language', models.CharField(blank=True, default='', max_length=16)),
                ('listed', models.BooleanField(default=False)),
                ('notified', models.BooleanField(default=True)),
                ('caring', models.BooleanField(default=False)),
                ('sought', accounts.fields.BinaryCharField(blank=True, default='', max_length=400)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('role__in', ['owner', 'physician', 'nurse', 'pharmacist', 'insurer', 'researcher', 'relative', 'administrator'])), name='member_role'), models.CheckConstraint(condition=models.Q(('state__in', ['pending', 'authorised', 'suspended', 'departed'])), name='member_state'), models.CheckConstraint(condition=models.Q(('is_staff', False), ('role', 'administrator'), _connector='OR'), name='member_staff'), models.CheckConstraint(condition=models.Q(('role', 'administrator'), ('registration__isnull', False), _connector='OR'), name='member_registered'), models.CheckConstraint(condition=models.Q(('caring', False), ('state', 'departed'), _connector='OR'), name='member_caring')],
            },
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
            name='ListSent',
            fields=[
                ('dependant', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('time', models.PositiveBigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='FormerSlot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('below', models.PositiveIntegerField()),
                ('salt', sesphr.fields.OctetsField(max_length=16)),
                ('sealed', sesphr.fields.OctetsField(max_length=60)),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='former', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('member', 'below'), name='former_member_below'), models.CheckConstraint(condition=models.Q(('below__gte', 1)), name='former_below')],
            },
        ),
        migrations.CreateModel(
            name='GuardianKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('statement', models.TextField()),
                ('member', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='guardian_key', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Guardianship',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('made', models.PositiveBigIntegerField(default=sesphr.clock.now)),
                ('since', models.PositiveBigIntegerField(null=True)),
                ('until', models.PositiveBigIntegerField(null=True)),
                ('live', models.BooleanField(default=True, null=True)),
                ('enc', sesphr.fields.OctetsField(max_length=32, null=True)),
                ('ciphertext', sesphr.fields.OctetsField(max_length=48, null=True)),
                ('statement', models.TextField(null=True)),
                ('generation', models.PositiveIntegerField(null=True)),
                ('salt', sesphr.fields.OctetsField(max_length=16, null=True)),
                ('sealed', sesphr.fields.OctetsField(max_length=60, null=True)),
                ('dependant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='guarded', to=settings.AUTH_USER_MODEL)),
                ('guardian', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='guardianships', to=settings.AUTH_USER_MODEL)),
                ('invited_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('guardian', 'dependant', 'live'), name='guardianship_live'), models.CheckConstraint(condition=models.Q(('guardian', models.F('dependant')), _negated=True), name='guardianship_of_another'), models.CheckConstraint(condition=models.Q(models.Q(('ciphertext__isnull', False), ('live', True), ('sealed', None), ('since', None), ('until', None)), models.Q(('ciphertext', None), ('live', True), ('sealed__isnull', False), ('since__isnull', False), ('statement', None), ('until', None)), models.Q(('ciphertext', None), ('live', None), ('sealed', None), ('statement', None), ('until__isnull', False)), _connector='OR'), name='guardianship_states')],
            },
        ),
        migrations.CreateModel(
            name='Device',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('session', sesphr.fields.OctetsField(max_length=32, unique=True)),
                ('share', sesphr.fields.OctetsField(max_length=32, null=True)),
                ('started', models.PositiveBigIntegerField()),
                ('seen', models.PositiveBigIntegerField(db_index=True)),
                ('browser', models.CharField(max_length=16)),
                ('system', models.CharField(max_length=16)),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='devices', to=settings.AUTH_USER_MODEL)),
                ('acting', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.guardianship')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('seen__gte', models.F('started'))), name='device_seen')],
            },
        ),
        migrations.CreateModel(
            name='HandOver',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('found_by', sesphr.fields.OctetsField(max_length=32, unique=True)),
                ('made', models.PositiveBigIntegerField(default=sesphr.clock.now)),
                ('expires', models.PositiveBigIntegerField()),
                ('salt', sesphr.fields.OctetsField(max_length=16, null=True)),
                ('sealed', sesphr.fields.OctetsField(max_length=60, null=True)),
                ('live', models.BooleanField(default=True, null=True)),
                ('begun', models.PositiveBigIntegerField(null=True)),
                ('login', accounts.fields.BinaryCharField(max_length=254, null=True, unique=True)),
                ('body', models.TextField(null=True)),
                ('digest', sesphr.fields.OctetsField(max_length=32, null=True)),
                ('finished', models.PositiveBigIntegerField(null=True)),
                ('told', models.BooleanField(default=False)),
                ('dependant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hand_overs', to=settings.AUTH_USER_MODEL)),
                ('guardian', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('dependant', 'live'), name='hand_over_live'), models.CheckConstraint(condition=models.Q(('guardian', models.F('dependant')), _negated=True), name='hand_over_of_another'), models.CheckConstraint(condition=models.Q(models.Q(('begun', None), ('body', None), ('finished', None), ('live', True), ('live__isnull', False), ('login', None), ('sealed__isnull', False)), models.Q(('begun__isnull', False), ('body__isnull', False), ('finished', None), ('live', True), ('live__isnull', False), ('login__isnull', False), ('sealed__isnull', False), ('digest__isnull', False)), models.Q(('body', None), ('finished', None), ('live', None), ('login', None), ('sealed', None)), models.Q(('begun__isnull', False), ('body', None), ('digest__isnull', False), ('finished__isnull', False), ('live', None), ('login', None), ('sealed', None)), _connector='OR'), name='hand_over_states')],
            },
        ),
        migrations.CreateModel(
            name='KeySlot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('type', models.CharField(choices=[('password', 'Password'), ('recovery', 'Recovery')], max_length=12)),
                ('generation', models.PositiveIntegerField()),
                ('salt', sesphr.fields.OctetsField(max_length=16)),
                ('params', models.JSONField()),
                ('sealed', sesphr.fields.OctetsField(max_length=60)),
                ('secret_hash', models.CharField(max_length=255)),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='slots', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('member', 'type'), name='slot_member_type'), models.CheckConstraint(condition=models.Q(('type__in', ['password', 'recovery'])), name='slot_type'), models.CheckConstraint(condition=models.Q(('generation__gte', 1)), name='slot_generation')],
            },
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('kind', models.CharField(choices=[('hospital', 'Hospital'), ('clinic', 'Clinic'), ('practice', 'Practice'), ('pharmacy', 'Pharmacy'), ('laboratory', 'Laboratory'), ('insurer', 'Insurer'), ('research', 'Research'), ('care', 'Care')], max_length=16)),
                ('street', models.CharField(blank=True, max_length=200)),
                ('city', models.CharField(max_length=100)),
                ('postcode', models.CharField(blank=True, max_length=16)),
                ('country', models.CharField(max_length=2)),
                ('sought', accounts.fields.BinaryCharField(blank=True, default='', max_length=400)),
                ('founded', models.PositiveBigIntegerField(default=sesphr.clock.now)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('name', 'city'), name='organisation_name_city'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='organisation_named'), models.CheckConstraint(condition=models.Q(('kind__in', ['hospital', 'clinic', 'practice', 'pharmacy', 'laboratory', 'insurer', 'research', 'care'])), name='organisation_kind')],
            },
        ),
        migrations.CreateModel(
            name='Department',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('speciality', models.CharField(max_length=32)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='departments', to='accounts.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'name'), name='department_name'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='department_named'), models.CheckConstraint(condition=models.Q(('speciality__in', ['anaesthetics', 'audiology', 'cardiology', 'child-psychiatry', 'critical-care', 'dentistry', 'dermatology', 'diabetes', 'emergency', 'endocrinology', 'ent', 'gastroenterology', 'general-medicine', 'general-practice', 'genetics', 'geriatrics', 'haematology', 'infectious-diseases', 'nephrology', 'neurology', 'obstetrics-gynaecology', 'occupational-medicine', 'oncology', 'ophthalmology', 'orthopaedics', 'other', 'paediatrics', 'pain', 'palliative', 'pathology', 'psychiatry', 'public-health', 'radiology', 'rehabilitation', 'respiratory', 'rheumatology', 'surgery', 'urology'])), name='department_speciality')],
            },
        ),
        migrations.CreateModel(
            name='Post',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('title', models.CharField(blank=True, max_length=200)),
                ('administrator', models.BooleanField(default=False)),
                ('gave_role', models.BooleanField(default=False)),
                ('since', models.PositiveBigIntegerField(default=sesphr.clock.now)),
                ('until', models.PositiveBigIntegerField(null=True)),
                ('state', models.CharField(choices=[('current', 'Current'), ('leaving', 'Leaving'), ('left', 'Left')], default='current', max_length=8)),
                ('current', models.BooleanField(default=True, null=True)),
                ('department', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='accounts.department')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='posts', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='accounts.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('member', 'organisation', 'current'), name='post_current_once'), models.CheckConstraint(condition=models.Q(models.Q(('current', True), ('state', 'current'), ('until__isnull', True)), models.Q(('current__isnull', True), ('state__in', ['leaving', 'left']), ('until__isnull', False)), _connector='OR'), name='post_state'), models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='post_until')],
            },
        ),
        migrations.CreateModel(
            name='Leaving',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('ends_membership', models.BooleanField()),
                ('asked', models.PositiveBigIntegerField(default=sesphr.clock.now)),
                ('by', models.CharField(max_length=254)),
                ('receipts', models.JSONField(default=dict)),
                ('finished', models.PositiveBigIntegerField(null=True)),
                ('post', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='leaving', to='accounts.post')),
            ],
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('told', models.PositiveBigIntegerField(null=True)),
                ('dismissed', models.PositiveBigIntegerField(null=True)),
                ('leaving', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='accounts.leaving')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('leaving', 'owner'), name='notice_leaving_owner')],
            },
        ),
        migrations.CreateModel(
            name='ActivationCode',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('role', models.CharField(max_length=16)),
                ('title', models.CharField(blank=True, max_length=200)),
                ('email', models.CharField(blank=True, max_length=254)),
                ('administrator', models.BooleanField(default=False)),
                ('hashed', sesphr.fields.OctetsField(max_length=32, unique=True)),
                ('issued', models.PositiveBigIntegerField(default=sesphr.clock.now)),
                ('issued_by', models.CharField(max_length=254)),
                ('expires', models.PositiveBigIntegerField()),
                ('withdrawn', models.PositiveBigIntegerField(null=True)),
                ('used', models.PositiveBigIntegerField(null=True)),
                ('used_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='codes_used', to=settings.AUTH_USER_MODEL)),
                ('department', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='codes', to='accounts.department')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='codes', to='accounts.organisation')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('role__in', ['insurer', 'nurse', 'pharmacist', 'physician', 'researcher'])), name='code_role'), models.CheckConstraint(condition=models.Q(('expires__gt', models.F('issued'))), name='code_expires'), models.CheckConstraint(condition=models.Q(('used__isnull', True), ('withdrawn__isnull', True), _connector='OR'), name='code_one_end'), models.CheckConstraint(condition=models.Q(('used__isnull', False), ('used_by__isnull', True), _connector='OR'), name='code_used_by')],
            },
        ),
        migrations.CreateModel(
            name='RateLimit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64)),
                ('window', models.PositiveBigIntegerField()),
                ('expires', models.PositiveBigIntegerField(db_index=True)),
                ('count', models.PositiveIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('key', 'window'), name='rate_key_window')],
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
                ('stream', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='accounts.stream')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('stream', 'number'), name='event_stream_number')],
            },
        ),
        protect_streams("accounts_stream"),
        protect_events("accounts_event"),
    ]
