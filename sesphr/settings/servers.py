"""What a server's process installs, by its role: apps, middleware, routes, ports' implementations.

The portal serves people: pages, sessions, administration. The others answer
their port to pinned peers and have nothing for people, so nothing of Django's
that people need: no sessions, no accounts, no templates' processors.
"""

from sesphr.roles import apps_of

FOR_PEOPLE = ("portal", "all")

PORTAL_APPS = (
    "sesphr.web.staff.config.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "ninja",
)
PORTAL_MIDDLEWARE = (
    "django.middleware.security.SecurityMiddleware",
    # Before static files: a worker's module needs the headers of the page that starts it.
    "sesphr.web.middleware.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "sesphr.web.middleware.ForwardedAddressMiddleware",
    "sesphr.web.middleware.CrossSiteMiddleware",
    "sesphr.web.middleware.PageFormMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.DeviceMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "sesphr.web.languages.LanguageMiddleware",
    "sesphr.web.pages.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
)
# A port's implementation where its server runs in this process, and where it runs elsewhere.
PORTS = {
    "srs": ("srs.node.LocalSrs", "sesphr.adapters.http.HttpSrs"),
    "cloud": ("cloudstore.store.LocalCloud", "sesphr.adapters.http.HttpCloud"),
    "audit": ("audit.log.LocalLog", "sesphr.adapters.http.HttpLog"),
}


def serves_people(role: str) -> bool:
    """Whether a server of this role has pages, sessions and administration."""
    return role in FOR_PEOPLE


def installed(role: str) -> list[str]:
    """Django's INSTALLED_APPS."""
    framework = PORTAL_APPS if serves_people(role) else ()
    return [*framework, "sesphr", *apps_of(role)]


def middleware(role: str) -> list[str]:
    """Django's MIDDLEWARE."""
    return list(PORTAL_MIDDLEWARE) if serves_people(role) else []


def urls(role: str) -> str:
    """Django's ROOT_URLCONF."""
    return {"all": "sesphr.urls", "portal": "sesphr.urls_portal"}.get(role, "sesphr.urls_ports")


def implementation(port: str, role: str) -> str:
    """The dotted path of what a process of this role calls as a port: srs, cloud or audit."""
    here, elsewhere = PORTS[port]
    return here if role in (port, "all") else elsewhere
