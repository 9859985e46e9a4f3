"""What every server has in common; nothing here is safe or unsafe by itself."""

from pathlib import Path

from sesphr.roles import ROLES
from sesphr.settings import blobs, env, languages, servers
from sesphr.settings.databases import databases

BASE_DIR = Path(__file__).resolve().parent.parent.parent

SESPHR_ROLE = env.choice("SESPHR_ROLE", ROLES, "all")
SESPHR_DATA = env.folder("SESPHR_DATA", str(BASE_DIR / "var"))
# Where `make install` put what browsers load and the words that servers speak.
SESPHR_BUILT = env.folder("SESPHR_BUILT", str(SESPHR_DATA))
SESPHR_DEPLOYMENT = env.text("SESPHR_DEPLOYMENT", "demo.sesphr.example")
SESPHR_NODES = env.integer("SESPHR_NODES", 1, 1, 16)
SESPHR_THRESHOLD = env.integer("SESPHR_THRESHOLD", 1, 1, SESPHR_NODES)
# Which node an SRS process is; 0 in every other process.
SESPHR_NODE = env.index("SESPHR_NODE", SESPHR_NODES) if SESPHR_ROLE == "srs" else 0

# How many proxies of our own stand in front; they append to X-Forwarded-For.
SESPHR_PROXIES = env.integer("SESPHR_PROXIES", 0, 0, 5)

# After how long without a sign of its member a session ends.
SESPHR_IDLE_SECONDS = env.integer("SESPHR_IDLE_SECONDS", 900, 10, 900)

# The ports, by dotted path; `sesphr.adapters` resolves them.
# A node process calls the others as everybody does.
SESPHR_SRS_PEER = servers.implementation("srs", "portal")
SESPHR_SRS_NODE = servers.implementation("srs", SESPHR_ROLE)
SESPHR_CLOUD = servers.implementation("cloud", SESPHR_ROLE)
SESPHR_LOG = servers.implementation("audit", SESPHR_ROLE)
# Seconds that a call to another server may take to connect, and to go on; and how long one that
# fails again and again is left alone.
SESPHR_CONNECT_SECONDS = env.integer("SESPHR_CONNECT_SECONDS", 2, 1, 60)
SESPHR_READ_SECONDS = env.integer("SESPHR_READ_SECONDS", 30, 1, 600)
SESPHR_PAUSE_SECONDS = env.integer("SESPHR_PAUSE_SECONDS", 2, 1, 600)

# Bounds on what one request or one member may cost.
# Cipher octets of one attachment; of those that are sent whole, and of the pieces of others.
SESPHR_MAX_ATTACHMENT = 2 * 2**30 + 2**20
SESPHR_MAX_WHOLE = 64 * 2**20 + 2**20
SESPHR_MAX_PIECE = 8 * 2**20
# What a member may have under way at once, and how many octets may wait for a deposit.
SESPHR_MAX_UPLOADS = 50
SESPHR_MAX_WAITING = 16 * 2**30
SESPHR_MAX_JSON = 16 * 2**20
SESPHR_MAX_DOCUMENT = 32 * 2**20
SESPHR_RATES = {
    # name: (how many, in how many seconds)
    "sign-in:address": (100, 900),
    "sign-in:login": (10, 900),
    # Failures are refused above; this bounds what hashing them may cost.
    "sign-in:hash": (1000, 900),
    "lookup:address": (600, 900),
    "register:address": (200, 3600),
    "directory:member": (1000, 3600),
    "registration:member": (100, 3600),
    "second-factor:member": (60, 3600),
    "guardian:member": (1000, 3600),
    "access:member": (2000, 3600),
    "acl:member": (500, 3600),
    "read:member": (5000, 3600),
    "request:member": (100, 3600),
    "deposit:member": (1000, 3600),
    "upload:member": (5000, 3600),
    "mail:login": (5, 3600),
    "mail:opened": (60, 3600),
    # An endpoint that waits for a colleague asks again and again, and signs anew.
    "emergency:member": (2000, 3600),
    # Activation codes that were wrong.
    "code:address": (30, 900),
    "organisation:member": (2000, 3600),
    # Searching the directory of providers, so that nobody copies it.
    "search:member": (120, 3600),
}

INSTALLED_APPS = servers.installed(SESPHR_ROLE)
MIDDLEWARE = servers.middleware(SESPHR_ROLE)
ROOT_URLCONF = servers.urls(SESPHR_ROLE)
WSGI_APPLICATION = "sesphr.wsgi.application"
APPEND_SLASH = False

DATABASES = databases(SESPHR_DATA, SESPHR_ROLE, SESPHR_NODES, SESPHR_NODE)
DATABASE_ROUTERS = ["sesphr.routers.AppRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

if servers.serves_people(SESPHR_ROLE):
    AUTH_USER_MODEL = "accounts.Member"
    CSRF_FAILURE_VIEW = "sesphr.web.pages.forbidden"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
SESSION_COOKIE_NAME = "sesphr_session"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_HTTPONLY = True
# Nothing of a visit stays in a browser that was closed.
CSRF_COOKIE_AGE = None
OTP_TOTP_ISSUER = "SeSPHR"
# Codes used early must not move the window away from the clock.
OTP_TOTP_SYNC = False

TEMPLATES = [
    {
        # The pages: only names that end in .jinja.
        "BACKEND": "sesphr.web.jinja.Templates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {"environment": "sesphr.web.jinja.environment"},
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # The administration's pages override Django's; no other engine finds them.
        "DIRS": [BASE_DIR / "templates" / "staff", BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

STATIC_URL = "static/"
STATIC_ROOT = SESPHR_DATA / "collected"
if servers.serves_people(SESPHR_ROLE):
    STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [folder for folder in (SESPHR_BUILT / "static",) if folder.is_dir()]
# What is named after its content never changes; browsers ask each time whether the rest has.
WHITENOISE_MAX_AGE = 0
# Nothing here is for scripts of other sites.
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_IMMUTABLE_FILE_TEST = r"/chunks/[^/]+-[0-9A-Z]{8}\.js$"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "blobs": blobs.storage(SESPHR_DATA, SESPHR_DEPLOYMENT),
}

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
# Catalogues lie in the source; `make install` compiles them into BUILT.
LOCALE_PATHS = [SESPHR_BUILT / "locale"]
_CATALOGUES = [BASE_DIR / "sesphr" / "locale", *LOCALE_PATHS]
# What speaks to people who ask for no other language; and all that they may choose from.
SESPHR_LANGUAGE = languages.checked(env.text("SESPHR_LANGUAGE", languages.DEFAULT), _CATALOGUES)
SESPHR_LANGUAGES = languages.offered(env.optional("SESPHR_LANGUAGES"), SESPHR_LANGUAGE, _CATALOGUES)
SESPHR_STAFF_LANGUAGE = languages.of_staff(SESPHR_LANGUAGE)
LANGUAGE_CODE = languages.django(SESPHR_LANGUAGE)
LANGUAGES = [(languages.django(code), languages.name(code)) for code in SESPHR_LANGUAGES]
LANGUAGE_COOKIE_NAME = "sesphr_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True

DEFAULT_FROM_EMAIL = env.text("SESPHR_MAIL_FROM", "SeSPHR <no-reply@sesphr.example>")
FILE_UPLOAD_TEMP_DIR = str(env.folder("SESPHR_UPLOADS", str(SESPHR_DATA / "uploads")))
DATA_UPLOAD_MAX_MEMORY_SIZE = SESPHR_MAX_JSON
FILE_UPLOAD_MAX_MEMORY_SIZE = 1 * 2**20

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"django.request": {"level": "ERROR"}, "httpx": {"level": "WARNING"}},
}
