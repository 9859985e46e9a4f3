"""Makes the log append-only for everybody who speaks SQL to it.

Triggers refuse UPDATE and DELETE of entries and hashes, and every INSERT that
is not the next in order, which also stops INSERT OR REPLACE, REPLACE and
upserts. What triggers cannot stop needs privileges that the server's account
must not have once the tables exist: on MariaDB, TRUNCATE, DROP TABLE, ALTER
TABLE and DROP TRIGGER need DROP, ALTER or TRIGGER. Migrate with one account and
serve with another that has only SELECT, INSERT, UPDATE and DELETE on this
schema; `manage.py check --database audit` warns otherwise. On SQLite whoever
can write the file can do anything: there, checkpoints kept elsewhere and
`manage.py verify_log` are the only witnesses.

There is no way back on purpose.
"""

from django.db import migrations

from audit.triggers import protect_log


class Migration(migrations.Migration):
    """The triggers of `audit.triggers`."""

    dependencies = [("audit", "0001_initial")]
    operations = [protect_log()]
