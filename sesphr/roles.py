"""Which apps and databases a server process has, by its role.

One code base, four kinds of server: `all` runs them in one process. A role's
process has neither the tables nor the routes of the others.
"""

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


def database_of(app: str) -> str:
    """The alias that an app's models read and write unless told otherwise."""
    return DATABASES.get(app, PORTAL_DATABASE)


def belongs(alias: str, app: str) -> bool:
    """Whether an app's tables exist in the database with this alias."""
    home = database_of(app)
    return alias == home or (home == "srs" and alias.startswith("srs-"))
