"""Routes of a process that runs every role."""

from django.contrib import admin
from django.urls import include, path

from sesphr.web.api import api

urlpatterns = [
    path("", include("phr.urls")),
    path("", include("accounts.urls")),
    path("admin/", admin.site.urls),
    path("api/", api.urls),
]

handler400 = "sesphr.web.pages.bad_request"
handler403 = "sesphr.web.pages.forbidden"
handler404 = "sesphr.web.pages.not_found"
handler500 = "sesphr.web.pages.crashed"
