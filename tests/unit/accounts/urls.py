"""The accounts routes alone."""

from django.urls import path
from ninja import NinjaAPI

from accounts.api import router
from accounts.views import confirm
from sesphr.web import problems

api = NinjaAPI(docs_url=None, urls_namespace="accounts-alone")
problems.install(api)
api.add_router("", router)
urlpatterns = [path("confirm", confirm, name="confirm"), path("api/", api.urls)]
