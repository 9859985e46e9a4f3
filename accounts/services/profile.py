"""What members decide about their own profile."""

from accounts.models import Member


def choose_language(*, member: Member, language: str) -> None:
    """Remember the language of a member's pages and letters; again changes nothing."""
    Member.objects.filter(pk=member.pk).update(language=language)
