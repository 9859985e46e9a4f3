"""How often somebody may do something, counted in the database.

Counts live in fixed windows under a keyed hash of whom they concern, so that
the table tells neither addresses nor logins. Call outside transactions: a
count must stay although what it counted failed.
"""

from collections.abc import Callable, Container
from typing import TypeVar

from django.conf import settings
from django.db.models import F, QuerySet

from accounts.errors import RateLimited
from accounts.ids import keyed_hash
from accounts.models import RateLimit
from sesphr import clock

CLEAN_AT_ONCE = 100
T = TypeVar("T")


class Limit:
    """One limit of `settings.SESPHR_RATES`, for one address, login or member."""

    def __init__(self, name: str, *whom: str) -> None:
        self.most, self._seconds = settings.SESPHR_RATES[name]
        self._key = keyed_hash("rate", "|".join((name, *whom))).hex()

    def _window(self) -> int:
        now = clock.now()
        return now - now % self._seconds

    def _rows(self) -> QuerySet[RateLimit]:
        return RateLimit.objects.filter(key=self._key, window=self._window())

    def _refusal(self) -> RateLimited:
        return RateLimited(max(1, self._window() + self._seconds - clock.now()))

    def check(self) -> None:
        """Raise RateLimited when the limit is reached; count nothing."""
        if self._rows().filter(count__gte=self.most).exists():
            raise self._refusal()

    def count(self) -> None:
        """Count one more, whatever the limit says."""
        if not self._rows().update(count=F("count") + 1):
            self._open_window()
            self._rows().update(count=F("count") + 1)

    def take(self) -> None:
        """Count one more, or raise RateLimited when the limit is reached; exact under races."""
        free = self._rows().filter(count__lt=self.most)
        if free.update(count=F("count") + 1):
            return
        self._open_window()
        if not self._rows().filter(count__lt=self.most).update(count=F("count") + 1):
            raise self._refusal()

    def give_back(self) -> None:
        """Take one count back, never below none."""
        self._rows().filter(count__gt=0).update(count=F("count") - 1)

    def _open_window(self) -> None:
        """Make this window's row unless it is there; forget some that are over."""
        window = self._window()
        row = RateLimit(key=self._key, window=window, expires=window + self._seconds)
        RateLimit.objects.bulk_create([row], ignore_conflicts=True)
        over = RateLimit.objects.filter(expires__lt=clock.now()).order_by("id")
        for pk in over.values_list("pk", flat=True)[:CLEAN_AT_ONCE]:
            RateLimit.objects.filter(pk=pk).delete()


def spend(name: str, *whom: str) -> None:
    """Count one more of `name` for somebody, or raise RateLimited."""
    Limit(name, *whom).take()


def counted(limit: Limit, wrong: Container[str], use: Callable[[], T]) -> T:
    """What `use` returns; only failures whose `code` is one of `wrong` count against the limit.

    It is taken first, so that guesses made at the same moment are counted too.

    Raises:
        RateLimited: there were too many wrong ones before. Otherwise whatever `use` raises.
    """
    limit.take()
    try:
        found = use()
    except Exception as error:
        if getattr(error, "code", "") not in wrong:
            limit.give_back()
        raise
    limit.give_back()
    return found
