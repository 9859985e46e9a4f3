"""Rows that say where a stream's octets lie; whoever owns a stream makes and drops them."""

import uuid

from django.db.models import QuerySet

from cloudstore import blobs
from cloudstore.models import Piece


def of(stream: uuid.UUID) -> QuerySet[Piece]:
    """A stream's pieces, in order."""
    return Piece.objects.filter(stream=stream).order_by("first")


def forget(*streams: uuid.UUID) -> list[str]:
    """Remove the rows of these streams, within the caller's transaction; the blobs that they named."""
    rows = Piece.objects.filter(stream__in=streams)
    names = list(rows.values_list("blob", flat=True))
    rows.delete()
    return names


def remove(names: list[str]) -> None:
    """Remove blobs, after the rows that named them are gone for good."""
    for name in names:
        blobs.remove(name)
