"""The addresses of the pages of accounts; each is named as its template is."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("register", views.register, name="register"),
    path("confirm", views.confirm, name="confirm"),
    path("language", views.language, name="language"),
    path("sign-in", views.sign_in, name="sign-in"),
    path("recover", views.recover, name="recover"),
    path("take-over", views.take_over, name="take-over"),
    path("profile", views.profile, name="profile"),
    path("care", views.care, name="care"),
    path("security", views.security, name="security"),
    path("directory", views.directory, name="directory"),
    path("organisations/<uuid:organisation_id>", views.organisation, name="organisation"),
]
