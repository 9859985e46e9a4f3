"""A certified role from the pages alone: asked for, handed in, shown to the owner, refused."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.browser import axe, chromium, looks
from tests.browser.acts import account
from tests.browser.acts.account import Member
from tests.browser.site import Site
from tests.support.people_cli import Person

# The commands, the nodes and the endpoint are tested in every `make test`; these pages here.
pytestmark = pytest.mark.soak

PLACE = "City Heart Clinic"
WHERE = ("--role", "physician", "--organisation", PLACE)


@dataclass
class Practice:
    """A physician on a page, an owner at the command line, and an authority's folder."""

    site: Site
    doctor: Person
    owner: Person
    council: Path
    page: Page

    def manage(self, *words: object) -> str:
        """A command of the operator."""
        return self.site.system.server.manage(*map(str, words))

    def issued(self, request: str, name: str, days: int = 300) -> str:
        """The certificate for a request, as a file's path."""
        path = self.site.system.file(f"{name}.jws", request + "\n")
        output = self.council / f"{name}.pem"
        self.manage(
            "credential", "issue", self.council, self.doctor.login, "--request", path, *WHERE,
            "--days", days, "--output", output,
        )  # fmt: skip
        return str(output)


@pytest.fixture(scope="module")
def practice(
    playwright: Playwright, site: Site, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Practice]:
    system, council = site.system, tmp_path_factory.mktemp("authority") / "council"
    owner, doctor = system.join(), system.join("physician")
    system.server.manage(
        "authority", "create", str(council), "--name", "Medical Council", "--role", "physician"
    )
    system.server.manage("authority", "pin", str(council / "authority.json"))
    system.server.manage("authority", "publish", str(council))
    with chromium.context(playwright, site.url, tmp_path_factory.mktemp("profile")) as (
        found,
        watch,
    ):
        watch.expected += ["status of 403", "status of 422"]
        page = chromium.first_page(found)
        account.sign_in(page, Member("Doctor", doctor.login, doctor.password))
        yield Practice(site, doctor, owner, council, page)


def request_on_the_page(page: Page) -> str:
    page.goto("/profile")
    page.get_by_text("Ask for a certificate").click()
    page.get_by_role("button", name="Make the request").click()
    expect(page.locator(".nhsuk-error-summary")).to_contain_text("Enter where you work")
    page.get_by_role("textbox", name="Where you work").fill(PLACE)
    page.get_by_role("button", name="Make the request").click()
    made = page.get_by_label("Your signed request")
    expect(made).to_be_focused()
    axe.assert_none(page)
    return made.input_value()


def hand_in(page: Page, *, file: str | None = None, text: str = "") -> None:
    page.goto("/profile")
    page.get_by_text("Hand in a certificate of your role").click()
    if file is not None:
        page.get_by_label("The file").set_input_files(file)
    page.get_by_label("Or paste its text here").fill(text)
    page.get_by_role("button", name="Hand in").click()


def test_what_is_no_certificate_is_said_beside_the_field(practice: Practice) -> None:
    page = practice.page
    hand_in(page)
    summary = page.locator(".nhsuk-error-summary")
    expect(summary).to_contain_text("Choose the file of your certificate")
    hand_in(page, text="my certificate")
    expect(summary).to_contain_text("begins with -----BEGIN")
    hand_in(page, text="-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")
    expect(summary).to_contain_text("The key nodes do not accept this certificate")
    expect(summary).to_be_focused()
    axe.assert_none(page)


def test_from_the_request_to_what_the_owner_sees(
    practice: Practice, playwright: Playwright
) -> None:
    page = practice.page
    page.goto("/profile")
    expect(page.locator("#credential-state")).to_contain_text("Not certified")
    hand_in(page, file=practice.issued(request_on_the_page(page), "brief", days=20))
    expect(page.get_by_text("Your certificate is taken")).to_be_visible()
    state = page.locator("#credential-state")
    expect(state).to_contain_text(f"Doctor, certified by Medical Council, {PLACE}, until")
    expect(state).to_contain_text("It ends soon")
    axe.assert_none(page)
    looks.widths(page)
    longer = practice.issued(request_on_the_page(page), "longer")
    hand_in(page, text=Path(longer).read_text())
    expect(state).to_contain_text("Certified role")
    expect(state).not_to_contain_text("It ends soon")
    hand_in(page, text=(practice.council / "brief.pem").read_text().replace("\n", "  \n"))
    expect(page.locator(".nhsuk-error-summary")).to_contain_text("newer certificate already")
    seen_by_the_owner(practice, playwright, "certified by Medical Council")
    serial = practice.manage("credential", "list", practice.council).splitlines()[-1].split()[0]
    practice.manage("credential", "revoke", practice.council, serial)
    page.goto("/profile")
    expect(state).to_contain_text("Your certificate does not count")
    seen_by_the_owner(practice, playwright, "was revoked, or nobody can tell")


def seen_by_the_owner(practice: Practice, playwright: Playwright, words: str) -> None:
    done = practice.doctor.ok(
        "request", "--owner", practice.owner.login, "--partition", "medical",
        "--purpose", "treatment", "--reason", words,
    )  # fmt: skip
    profile = practice.site.system.output()
    with chromium.context(playwright, practice.site.url, profile) as (found, _):
        page = chromium.first_page(found)
        owner = practice.owner
        account.sign_in(page, Member("Owner", owner.login, owner.password))
        page.goto(f"/requests/{done['request']}")
        expect(page.locator(".who .certified")).to_contain_text(words)
        axe.assert_none(page)
        page.goto("/sharing")
        page.get_by_role("button", name="Add a person").first.click()
        page.get_by_label("Their exact e-mail address").fill(practice.doctor.login)
        page.get_by_role("button", name="Find").click()
        expect(page.locator(".found .certified")).to_contain_text(words)
        axe.assert_none(page)
