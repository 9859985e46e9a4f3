"""One process, SQLite or MariaDB, secrets made under DATA: demo and development."""

from sesphr.secretfiles import text_secret
from sesphr.settings import env
from sesphr.settings.base import *  # noqa: F403
from sesphr.settings.base import SESPHR_DATA

DEBUG = False
SESPHR_DEMO = True
SECRET_KEY = text_secret(SESPHR_DATA, "django")
# The demo is for this machine; HOST widens it on purpose.
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *env.optional("SESPHR_HOSTS").split(",")]
# Served from where they were built, also when they are built again while this runs.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
EMAIL_BACKEND = "sesphr.letters.DemoBackend"

env.refuse_unknown()
