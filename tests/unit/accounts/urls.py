"""The accounts API alone, and the pages."""

from django.urls import include, path
from ninja import NinjaAPI

from accounts.api import router
from sesphr.web import problems

api = NinjaAPI(docs_url=None, urls_namespace="accounts-alone")
problems.install(api)
api.add_router("", router)
urlpatterns = [
    path("", include("accounts.urls")),
    path("", include("phr.urls")),
    path("api/", api.urls),
]
