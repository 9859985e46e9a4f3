"""Nodes that lie together must not make an endpoint accept K = 1."""

import pytest

from sesphr.crypto import gt, pre
from sesphr.crypto.errors import OpenError
from sesphr.crypto.groups import random_scalar, scalar_from_int


def test_answers_that_cancel_are_refused() -> None:
    answers = {1: gt.Z, 2: gt.Z.power(scalar_from_int(2))}
    with pytest.raises(OpenError):
        pre.combine(random_scalar(), 3, 2, answers)
