"""A process that appends: python -m tests.unit.audit.worker STREAM COUNT

It retries what is Unavailable, prints the index of each entry that it was told
is committed, and never stops by itself when COUNT is 0.
"""

import hashlib
import sys
import uuid
from itertools import count

import django


def entry(stream: str, number: int) -> bytes:
    return hashlib.sha256(f"{stream} {number}".encode()).digest()


def main(stream: str, most: int) -> None:
    django.setup()
    from django.db import OperationalError

    from audit import services

    for number in range(1, most + 1) if most else count(1):
        for _ in range(20):
            try:
                index = services.append(
                    stream=uuid.UUID(stream), number=number, entry=entry(stream, number)
                )
                break
            except OperationalError:
                continue
        print(index, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
