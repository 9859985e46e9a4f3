"""Time as the protocol counts it: whole Unix seconds, from one place that tests can move."""

import time


def now() -> int:
    """The present, in Unix seconds."""
    return int(time.time())
