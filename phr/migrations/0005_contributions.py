"""What waits at owners, added by others."""


from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('phr', '0004_emergencies'),
    ]

    operations = [
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
    ]
