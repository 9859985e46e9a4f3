"""Django's admin as this project runs it: one site, and only the pages that our own apps register.

Autodiscovery is off on purpose: third-party apps would register pages that show
one-time-code keys and let staff edit accounts.
"""

from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.contrib.admin.apps import SimpleAdminConfig

from sesphr.roles import apps_of


class StaffAdminConfig(SimpleAdminConfig):
    """Uses the site that the portal signs staff in to."""

    default_site = "accounts.staff.site.PortalStaffSite"

    def ready(self) -> None:
        """Register the pages of this role's apps."""
        super().ready()
        for app in apps_of(settings.SESPHR_ROLE):
            if find_spec(f"{app}.admin") is not None:
                import_module(f"{app}.admin")
