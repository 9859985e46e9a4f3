"""What members decide about their own profile."""

from accounts.models import Member


def choose_language(*, member: Member, language: str) -> None:
    """Remember the language of a member's pages and letters; again changes nothing."""
    Member.objects.filter(pk=member.pk).update(language=language)


def choose_notices(*, member: Member, listed: bool | None, notified: bool | None) -> None:
    """Remember whether a member may be found in the directory and wants letters; None leaves it."""
    wished = {"listed": listed, "notified": notified}
    chosen = {name: value for name, value in wished.items() if value is not None}
    if chosen:
        Member.objects.filter(pk=member.pk).update(**chosen)
