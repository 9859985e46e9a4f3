"""The addresses of the portal's pages; each is named as its template is."""

from django.urls import path

from phr.views import home, owner, professional, public

ABOUT = ("help", "privacy", "accessibility", "protocol")

urlpatterns = [
    path("", public.start, name="start"),
    *(path(name, public.about, {"name": name}, name=name) for name in ABOUT),
    path("offline", public.offline, name="offline"),
    path("healthz", public.health, name="health"),
    path("home", home.home, name="home"),
    path("activity", home.activity, name="activity"),
    path("add", owner.add, name="add"),
    path("add/by-hand", owner.by_hand, name="by-hand"),
    path("record", owner.record, name="record"),
    path("proposals/<uuid:record_id>", owner.proposal, name="proposal"),
    path("requests", owner.requests, name="requests"),
    path("requests/<uuid:request_id>", owner.one_request, name="request"),
    path("consent-code", owner.consent_code, name="consent-code"),
    path("emergency", owner.emergency, name="emergency"),
    path("emergency/card", owner.emergency_card, name="emergency-card"),
    path("emergency/<uuid:owner_id>", public.emergency_here, name="emergency-here"),
    path("emergency/<uuid:owner_id>/ask", professional.emergency_ask, name="emergency-ask"),
    path("sharing", owner.sharing, name="sharing"),
    path("sharing/as/<uuid:member_id>", owner.see_as, name="see-as"),
    path("waiting", professional.waiting, name="waiting"),
    path("ask", professional.ask, name="ask"),
    path("patients/<uuid:owner_id>", professional.patient, name="patient"),
    path("patients/<uuid:owner_id>/add", professional.add_for, name="add-for"),
]
