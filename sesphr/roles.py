"""Which apps and databases a server process has, by its role.

One code base, four kinds of server: `all` runs them in one process. A role's
process has neither the tables nor the routes of the others.
"""

from django.conf import settings

PORTAL_APPS = ("accounts", "phr")
APPS = {"portal": PORTAL_APPS, "srs": ("srs",), "cloud": ("cloudstore",), "audit": ("audit",)}
ROLES = ("all", *APPS)

# The portal also holds Django's own tables (sessions, content types, devices).
PORTAL_DATABASE = "default"
DATABASES = {"accounts": PORTAL_DATABASE, "phr": PORTAL_DATABASE}
DATABASES |= {"srs": "srs", "cloudstore": "cloud", "audit": "audit"}


def apps_of(role: str) -> tuple[str, ...]:
    """The project's apps that a server of this role installs."""
    if role == "all":
        return tuple(app for apps in APPS.values() for app in apps)
    return APPS[role]


def node_database(index: int) -> str:
    """The database alias of SRS node `index` (1 ..) in this process."""
    return "srs" if index == 1 else f"srs-{index}"


def own_nodes() -> tuple[int, ...]:
    """The SRS nodes that this process runs: all of them, one, or none."""
    if settings.SESPHR_ROLE == "all":
        return tuple(range(1, settings.SESPHR_NODES + 1))
    return (settings.SESPHR_NODE,) if settings.SESPHR_ROLE == "srs" else ()


def own_databases() -> list[str]:
    """The aliases that are databases in this process: Django's "default" is not one everywhere."""
    return [alias for alias, one in settings.DATABASES.items() if one.get("NAME")]


def server_name() -> str:
    """What this process is called among its peers: portal, cloud, audit, srs-1 ..., or all."""
    role: str = settings.SESPHR_ROLE
    return f"srs-{settings.SESPHR_NODE}" if role == "srs" else role


def database_of(app: str) -> str:
    """The alias that an app's models read and write unless told otherwise."""
    return DATABASES.get(app, PORTAL_DATABASE)


def belongs(alias: str, app: str) -> bool:
    """Whether an app's tables exist in the database with this alias."""
    home = database_of(app)
    return alias == home or (home == "srs" and alias.startswith("srs-"))


def only_app(alias: str) -> str | None:
    """The one app whose tables are in the database with this alias; None where there are others."""
    if alias == PORTAL_DATABASE:
        return None
    return next((app for app in DATABASES if belongs(alias, app)), None)
