"""Events wait while the log is out of reach, and go when it is back."""

import pytest
from django.core.management import CommandError, call_command

from sesphr.adapters import get_log, get_srs_nodes
from sesphr.ports.errors import Unavailable
from tests.contract.test_srs import deposit, member

pytestmark = pytest.mark.django_db(databases="__all__")


def test_what_is_owed_is_sent_in_order_later(monkeypatch: pytest.MonkeyPatch) -> None:
    owner = member()

    def out_of_reach(self: object, entry: object) -> None:
        raise Unavailable("The log cannot be reached.")

    with monkeypatch.context() as patch:
        patch.setattr(type(get_log()), "append", out_of_reach)
        deposit(owner)
        with pytest.raises(CommandError, match="still owed"):
            call_command("publish_node_events")
    assert get_srs_nodes()[0].events(owner.id)[-1].proof is None
    call_command("publish_node_events")
    last = get_srs_nodes()[0].events(owner.id)[-1]
    assert last.proof is not None
    assert get_log().stream_length(last.stream) == last.number
