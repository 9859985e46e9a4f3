"""The tables of accounts; triggers keep streams and events as they were written."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accounts.fields
import sesphr.clock
import sesphr.fields
from sesphr.eventlog_triggers import protect_events, protect_streams


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="Stream",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("member", models.UUIDField(unique=True)),
                ("stream", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("length", models.PositiveBigIntegerField(default=0)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Member",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("login", accounts.fields.BinaryCharField(max_length=254, unique=True)),
                ("name", models.CharField(max_length=200)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("owner", "Owner"),
                            ("physician", "Physician"),
                            ("nurse", "Nurse"),
                            ("pharmacist", "Pharmacist"),
                            ("insurer", "Insurer"),
                            ("researcher", "Researcher"),
                            ("relative", "Relative"),
                            ("administrator", "Administrator"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("authorised", "Authorised"),
                            ("suspended", "Suspended"),
                            ("departed", "Departed"),
                        ],
                        default="pending",
                        max_length=12,
                    ),
                ),
                ("registration", sesphr.fields.OctetsField(max_length=32, null=True)),
                ("registered_at", models.PositiveBigIntegerField(default=sesphr.clock.now)),
                ("confirmed_at", models.PositiveBigIntegerField(blank=True, null=True)),
                ("authorised_at", models.PositiveBigIntegerField(blank=True, null=True)),
                ("joined", models.PositiveBigIntegerField(blank=True, null=True)),
                ("checked", models.TextField(blank=True)),
                ("checked_by", models.CharField(blank=True, max_length=254)),
                ("session_epoch", models.PositiveBigIntegerField(default=0)),
                ("is_staff", models.BooleanField(default=False)),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="KeySlot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "type",
                    models.CharField(
                        choices=[("password", "Password"), ("recovery", "Recovery")], max_length=12
                    ),
                ),
                ("generation", models.PositiveIntegerField()),
                ("salt", sesphr.fields.OctetsField(max_length=16)),
                ("params", models.JSONField()),
                ("sealed", sesphr.fields.OctetsField(max_length=60)),
                ("secret_hash", models.CharField(max_length=255)),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="slots",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RateLimit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=64)),
                ("window", models.PositiveBigIntegerField()),
                ("expires", models.PositiveBigIntegerField(db_index=True)),
                ("count", models.PositiveIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("key", "window"), name="rate_key_window")
                ],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveBigIntegerField()),
                ("event", models.TextField(null=True)),
                ("salt", models.BinaryField(max_length=32, null=True)),
                ("entry", models.BinaryField(max_length=32)),
                ("index", models.PositiveBigIntegerField(null=True)),
                (
                    "stream",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="accounts.stream",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "role__in",
                        [
                            "owner",
                            "physician",
                            "nurse",
                            "pharmacist",
                            "insurer",
                            "researcher",
                            "relative",
                            "administrator",
                        ],
                    )
                ),
                name="member_role",
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["pending", "authorised", "suspended", "departed"])
                ),
                name="member_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_staff", False), ("role", "administrator"), _connector="OR"),
                name="member_staff",
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("role", "administrator"), ("registration__isnull", False), _connector="OR"
                ),
                name="member_registered",
            ),
        ),
        migrations.AddConstraint(
            model_name="keyslot",
            constraint=models.UniqueConstraint(fields=("member", "type"), name="slot_member_type"),
        ),
        migrations.AddConstraint(
            model_name="keyslot",
            constraint=models.CheckConstraint(
                condition=models.Q(("type__in", ["password", "recovery"])), name="slot_type"
            ),
        ),
        migrations.AddConstraint(
            model_name="keyslot",
            constraint=models.CheckConstraint(
                condition=models.Q(("generation__gte", 1)), name="slot_generation"
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.UniqueConstraint(
                fields=("stream", "number"), name="event_stream_number"
            ),
        ),
        protect_streams("accounts_stream"),
        protect_events("accounts_event"),
    ]
