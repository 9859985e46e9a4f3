"""Rows as the API answers them."""

from typing import Any

from accounts.guardians import ending
from accounts.models import ActivationCode, Department, Leaving, Notice, Organisation, Post
from accounts.organisations import receipts, selectors
from accounts.organisations.specialities import SPECIALITIES
from sesphr.deployment import get_deployment


def place(row: Organisation) -> dict[str, Any]:
    """An organisation and where it is."""
    names = ("id", "name", "kind", "street", "city", "postcode", "country")
    return {name: getattr(row, name) for name in names}


def department(row: Department) -> dict[str, Any]:
    """A department with its speciality."""
    snomed = SPECIALITIES[row.speciality]
    return {"id": row.pk, "name": row.name, "speciality": row.speciality, "snomed": snomed}


def _name(row: Department | None) -> str:
    return "" if row is None else row.name


def offer(row: ActivationCode) -> dict[str, Any]:
    """For whom a code is."""
    return {
        "organisation": row.organisation.name, "department": _name(row.department),
        "name": row.name, "role": row.role, "title": row.title, "email": row.email,
        "expires": row.expires,
    }  # fmt: skip


def code(row: ActivationCode) -> dict[str, Any]:
    """A code that can still be used."""
    names = (
        "id", "name", "role", "title", "email", "administrator", "issued", "issued_by", "expires",
    )  # fmt: skip
    return {**{name: getattr(row, name) for name in names}, "department": _name(row.department)}


def post(row: Post) -> dict[str, Any]:
    """Where somebody works."""
    return {
        "organisation": row.organisation.name, "city": row.organisation.city,
        "department": _name(row.department), "title": row.title,
        "speciality": "" if row.department is None else row.department.speciality,
    }  # fmt: skip


def own_post(row: Post) -> dict[str, Any]:
    """Where one works oneself."""
    administers = row.organisation_id if row.administrator else None
    return {**post(row), "since": row.since, "administers": administers}


def staff(row: Post) -> dict[str, Any]:
    """Somebody's post for the administrator of the organisation."""
    leaving = selectors.leaving_of(row)
    return {
        "id": row.pk, "member": row.member.pk, "name": row.member.name, "login": row.member.login,
        "role": row.member.role, "member_state": row.member.state,
        "department": _name(row.department), "title": row.title,
        "administrator": row.administrator, "since": row.since, "until": row.until,
        "state": row.state, "leaving": None if leaving is None else left(leaving, row),
        "acts_for": ending.sole(row.member_id).count() if row.member.caring else 0,
    }  # fmt: skip


def left(row: Leaving, of: Post) -> dict[str, Any]:
    """How a post ended, with the nodes' receipts, each checked anew."""
    signed = {index: jws for index, jws in row.receipts.items() if jws}
    return {
        "ends_membership": row.ends_membership, "asked": row.asked, "by": row.by,
        "receipts": [signed[index] for index in sorted(signed)],
        "verified": receipts.verified(signed, of.member_id), "nodes": get_deployment().n,
        "finished": row.finished,
    }  # fmt: skip


def notice(row: Notice) -> dict[str, Any]:
    """What an owner is told."""
    leaving, gone = row.leaving, row.leaving.post
    return {
        "id": row.pk, "member": gone.member.pk, "name": gone.member.name, "role": gone.member.role,
        "organisation": gone.organisation.name, "time": leaving.asked,
        "ends_membership": leaving.ends_membership, "finished": leaving.finished is not None,
    }  # fmt: skip
