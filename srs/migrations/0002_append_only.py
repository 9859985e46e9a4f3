"""Streams and events stay as they were written, whoever holds the database."""

from django.db import migrations

from sesphr.eventlog_triggers import protect_events, protect_streams


class Migration(migrations.Migration):
    """Adds the triggers."""

    dependencies = [("srs", "0001_initial")]
    operations = [protect_streams("srs_stream"), protect_events("srs_event")]
