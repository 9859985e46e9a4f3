"""For the test suites: fast password hashing, mail kept in memory, secrets made under DATA."""

from sesphr.secretfiles import text_secret
from sesphr.settings import env
from sesphr.settings.base import *  # noqa: F403
from sesphr.settings.base import SESPHR_DATA

DEBUG = False
SESPHR_DEMO = True
SECRET_KEY = text_secret(SESPHR_DATA, "django")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

env.refuse_unknown()
