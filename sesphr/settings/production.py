"""A real deployment: everything that matters comes from the environment, or it does not start."""

from django.core.exceptions import ImproperlyConfigured

from sesphr.secretfiles import text_secret
from sesphr.settings import env
from sesphr.settings.base import *  # noqa: F403
from sesphr.settings.base import SESPHR_DATA, SESPHR_ROLE
from sesphr.settings.servers import serves_people

DEBUG = False
SESPHR_DEMO = False
env.text("SESPHR_DEPLOYMENT")
env.text("SESPHR_DATA")

if serves_people(SESPHR_ROLE):
    SECRET_KEY = env.secret("SESPHR_SECRET_KEY")
    if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 10:
        raise ImproperlyConfigured(
            "SESPHR_SECRET_KEY is too short or too simple; use 50 random characters or more."
        )
    if not env.optional("SESPHR_PROXIES"):
        raise ImproperlyConfigured(
            "Set SESPHR_PROXIES to the number of your own proxies in front of this server, or to 0"
            " if there is none: behind a proxy that is not counted everybody shares one address,"
            " and one stranger could use up everybody's limits."
        )
    ALLOWED_HOSTS = env.words("SESPHR_HOSTS")

    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 63072000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sesphr_session"
    CSRF_COOKIE_SECURE = True
    CSRF_COOKIE_NAME = "__Host-sesphr_csrf"
    LANGUAGE_COOKIE_SECURE = True
    LANGUAGE_COOKIE_NAME = "__Host-sesphr_language"

    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = env.text("SESPHR_MAIL_HOST")
    EMAIL_PORT = env.integer("SESPHR_MAIL_PORT", 587, 1, 65535)
    EMAIL_HOST_USER = env.optional("SESPHR_MAIL_USER")
    EMAIL_HOST_PASSWORD = env.secret("SESPHR_MAIL_PASSWORD") if EMAIL_HOST_USER else ""
    EMAIL_USE_TLS = True
    EMAIL_TIMEOUT = 20
else:
    # Nothing is signed with it: servers without people have no sessions and no forms.
    SECRET_KEY = text_secret(SESPHR_DATA, "django")

env.refuse_unknown()
