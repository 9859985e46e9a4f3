"""The local settings with a plug that can be pulled."""

from sesphr.settings.local import *  # noqa: F403
from sesphr.settings.local import INSTALLED_APPS, MIDDLEWARE, SESPHR_RATES

INSTALLED_APPS = [*INSTALLED_APPS, "tests.system.killing"]
# Within the sessions: whether they note a sign of the member depends on the second.
_within = MIDDLEWARE.index("accounts.middleware.DeviceMiddleware") + 1
MIDDLEWARE = [
    *MIDDLEWARE[:_within],
    "tests.system.killing.points.Arming",
    *MIDDLEWARE[_within:],
]
SESPHR_SRS_NODE = "tests.system.killing.ports.watched_srs"
SESPHR_CLOUD = "tests.system.killing.ports.watched_cloud"
SESPHR_LOG = "tests.system.killing.ports.watched_log"
# Hashing is not what is killed here; thousands of sign-ins should not cost minutes.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# One window for the whole run: a new one would add points in the middle of it.
SESPHR_RATES = dict.fromkeys(SESPHR_RATES, (10**6, 10**9))
