"""Calls that mean something for the routes of organisations."""

import secrets
import uuid
from typing import Any

from accounts.models import Leaving, Member, Notice, Post, Role, State
from accounts.organisations import codes, departments, enrolling
from accounts.organisations.codes import Enrolment
from accounts.organisations.models import ENROLLED
from sesphr import clock


class Hospital:
    """A hospital that a member administers, if one of this role can."""

    def __init__(self, member: Member) -> None:
        self.member = member
        self.row = departments.establish(
            name="Hospital", kind="hospital", city="Lyon", country="FR"
        )
        self.heart = departments.add(self.row, name="Heart", speciality="cardiology")
        if member.role in ENROLLED:
            enrolling.appoint_administrator(organisation=self.row, member=member)

    def path(self, **more: Any) -> dict[str, Any]:
        return {"organisation": str(self.row.pk), **more}

    def department(self) -> dict[str, Any]:
        return {"name": f"Ward {secrets.token_hex(3)}", "speciality": "surgery"}

    def new_code(self) -> dict[str, Any]:
        return {"name": "Dr New", "role": "nurse", "department": str(self.heart.pk), "days": 3}

    def code(self) -> codes.Issued:
        role = self.member.role if self.member.role in ENROLLED else "nurse"
        return codes.issue(
            organisation=self.row, who=Enrolment(self.member.name, role), by="the test"
        )

    def other_code(self) -> str:
        """A code of an organisation in which the member is not yet."""
        name = f"Hospital {secrets.token_hex(4)}"
        row = departments.establish(name=name, kind="clinic", city="Lyon", country="FR")
        role = self.member.role if self.member.role in ENROLLED else "nurse"
        who = Enrolment(self.member.name, role)
        return codes.issue(organisation=row, who=who, by="the test").text

    def post(self) -> str:
        """Somebody's post, whose membership of the portal goes on without it."""
        login = f"staff-{secrets.token_hex(6)}@example.org"
        staff = Member.objects.create(
            id=uuid.uuid4(), login=login, name="Staff", role=Role.NURSE, state=State.AUTHORISED,
            registration=b"\x01" * 32,
        )  # fmt: skip
        return str(Post.objects.create(member=staff, organisation=self.row).pk)

    def notice(self) -> str:
        post = Post.objects.get(pk=self.post())
        post.state, post.current, post.until = Post.State.LEFT, None, clock.now() + 1
        post.save()
        leaving = Leaving.objects.create(post=post, ends_membership=False, by="the test")
        return str(Notice.objects.create(leaving=leaving, owner=self.member).pk)
