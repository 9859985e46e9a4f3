"""A hospital enrols a doctor, a patient finds and shares with him, he is removed, and she is told."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.browser import axe, chromium, looks
from tests.browser import site as sites
from tests.browser.acts import account, organisation
from tests.browser.acts.account import Member
from tests.browser.site import Site

LEE = Member("Dr Bob Lee", "bob.lee@example.org")
NODES = {"SESPHR_NODES": "3", "SESPHR_THRESHOLD": "2"}


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory, static: Path) -> Iterator[Site]:
    """Three key nodes, one patient with a record, one hospital."""
    with sites.running(tmp_path_factory.mktemp("clinic"), static, env=NODES) as found:
        yield found


def hospital(place: Site) -> tuple[Any, str]:
    """The hospital's administrator, and the address of its page."""
    head = place.system.join("nurse")
    told = place.system.server.manage(
        "organisation", "City Heart Clinic", "--kind", "clinic", "--city", "Málaga", "--country", "ES",
        "--department", "Cardiology=cardiology", "--administrator", head.login,
    )  # fmt: skip
    return head, f"/organisations/{told.strip().rpartition('(')[2].rstrip(')')}"


def as_member(person: Any) -> Member:
    return Member(person.login.partition("@")[0].title(), person.login, person.password)


def look(page: Page, *, whole: bool) -> None:
    """What is on the page now is for every eye; in the long form for every width and scheme too."""
    axe.assert_none(page)
    if not whole:
        return
    for check in (looks.structure, looks.widths, looks.keyboard):
        check(page)
    page.emulate_media(color_scheme="dark")
    axe.assert_none(page)
    page.emulate_media(color_scheme="light")


def story(playwright: Playwright, place: Site, folder: Path, *, whole: bool) -> None:
    head, path = hospital(place)
    alice = place.system.join("owner")
    alice.ok("deposit", "tests/samples/ccda_ccd_practicefusion.xml")
    with ExitStack() as stack:
        clerk, patient, doctor = (
            stack.enter_context(opened(playwright, place, folder / name))
            for name in ("clerk", "patient", "doctor")
        )
        account.sign_in(clerk, as_member(head))
        clerk.goto(path)
        code = organisation.enrol(clerk, LEE, "Doctor", "Cardiology")
        look(clerk, whole=whole)
        organisation.register(doctor, LEE, code)
        account.sign_in(doctor, LEE)
        doctor.goto("/profile")
        expect(doctor.locator("#work-posts")).to_contain_text("City Heart Clinic, Málaga")
        expect(doctor.get_by_label("Patients may find me")).to_be_checked()
        look(doctor, whole=whole)
        account.sign_in(patient, as_member(alice))
        organisation.find(patient, Name="LÉE", Speciality="Heart (cardiology)", Town="malaga")
        expect(patient.locator(".provider")).to_contain_text(
            "Heart (cardiology), City Heart Clinic"
        )
        look(patient, whole=whole)
        follow(patient)
        alice.ok("grant", LEE.login, "--partition", "medical", "--history")
        clerk.reload()
        organisation.remove(clerk, "Dr Bob Lee")
        expect(clerk.locator("#result")).to_contain_text("3 of 3 key nodes have confirmed")
        look(clerk, whole=whole)
        told(patient, whole=whole)


@contextmanager
def opened(playwright: Playwright, place: Site, profile: Path) -> Iterator[Page]:
    with chromium.context(playwright, place.url, profile) as (found, _):
        yield chromium.first_page(found)


def follow(patient: Page) -> None:
    """From the directory to the sharing page, where the person stands to be compared."""
    patient.get_by_role("link", name="Share with this person").click()
    dialog = patient.get_by_role("dialog")
    expect(dialog.get_by_label("Their exact e-mail address")).to_have_value(LEE.login)
    expect(dialog.get_by_role("button", name="Add Dr Bob Lee")).to_be_visible()
    assert LEE.login not in patient.url


def told(patient: Page, *, whole: bool) -> None:
    patient.goto("/home")
    notice = patient.locator(".leaver")
    expect(notice).to_contain_text("Dr Bob Lee has left City Heart Clinic")
    expect(notice).to_contain_text("can no longer open anything")
    gone = patient.locator(".part-card[data-part=medical] .person")
    expect(gone).to_contain_text("Dr Bob Lee")
    expect(gone).to_contain_text("can open nothing any more")
    expect(patient.locator("#home-lead")).to_contain_text("Nobody but you can see your record")
    look(patient, whole=whole)
    notice.get_by_role("button", name="I have seen this").click()
    expect(notice).to_have_count(0)


@pytest.mark.soak
@pytest.mark.parametrize("whole", [False, True])
def test_enrolled_found_shared_removed_told(
    playwright: Playwright, place: Site, tmp_path: Path, whole: bool
) -> None:
    story(playwright, place, tmp_path, whole=whole)
