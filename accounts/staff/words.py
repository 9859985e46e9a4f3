"""What roles, states, key slots and the portal's events are called in the administration."""

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, SlotType, State

ROLES = {
    Role.OWNER: _("Patient"),
    Role.PHYSICIAN: _("Doctor"),
    Role.NURSE: _("Nurse"),
    Role.PHARMACIST: _("Pharmacist"),
    Role.INSURER: _("Insurer"),
    Role.RESEARCHER: _("Researcher"),
    Role.RELATIVE: _("Relative or friend"),
    Role.ADMINISTRATOR: _("Administrator"),
}
STATES = {
    State.PENDING: _("Waiting"),
    State.AUTHORISED: _("Authorised"),
    State.SUSPENDED: _("Suspended"),
    State.DEPARTED: _("Membership ended"),
}
SLOTS = {SlotType.PASSWORD: _("Password"), SlotType.RECOVERY: _("Recovery code")}
COLOURS = {State.PENDING: "amber", State.AUTHORISED: "good", State.SUSPENDED: "red"}
EVENTS = {
    "registered": _("Registered"),
    "confirmed": _("E-mail address confirmed"),
    "authorised": _("Authorised"),
    "suspended": _("Suspended"),
    "departed": _("Membership ended"),
    "application-forgotten": _("Application removed"),
    "password-changed": _("Password changed"),
    "recovery-used": _("Recovery code used"),
    "recovery-renewed": _("Recovery code renewed"),
    "signed-out-everywhere": _("Signed out everywhere"),
    "second-factor-set": _("Second factor set up"),
    "second-factor-removed": _("Second factor removed"),
    "second-factor-reset": _("Second factor reset"),
    "backup-code-used": _("Backup code used"),
    "backup-codes-renewed": _("Backup codes renewed"),
    "enrolled": _("Enrolled by an organisation"),
    "left-organisation": _("Left an organisation"),
    "leaver": _("Somebody with access left an organisation"),
    "code-issued": _("Activation code issued"),
    "code-withdrawn": _("Activation code withdrawn"),
    "staff-removed": _("Removed somebody from the staff"),
    "guardian-invited": _("Second guardian invited"),
    "guardian-asked": _("Asked to be a guardian"),
    "guardian-accepted": _("Guardian accepted"),
    "guardian-ended": _("Guardian ended"),
    "guardian-began": _("Guardian began to act"),
    "guardian-acts": _("Guardian acted"),
    "dependant-added": _("Acts for a dependant"),
    "dependant-ended": _("Acts no longer for a dependant"),
    "hand-over-offered": _("Hand-over of the account offered"),
    "hand-over-withdrawn": _("Hand-over of the account taken back"),
    "handed-over": _("Account handed over"),
    "dependant-handed-over": _("A dependant took over the account"),
    "caring-ended": _("Acts for nobody any more after leaving"),
    "integrity": _("Integrity report"),
    "emergency-reviewed": _("Emergency reviewed by its owner"),
    "integrity-closed": _("Integrity report closed"),
}
# What staff do.
BY_STAFF = ("authorised", "suspended", "departed", "second-factor-reset", "integrity-closed")


def state_tag(state: str) -> SafeString:
    """A state as a tag: its word, and a colour besides."""
    colour = COLOURS.get(State(state), "plain")
    return format_html('<span class="tag tag--{}">{}</span>', colour, STATES[State(state)])
