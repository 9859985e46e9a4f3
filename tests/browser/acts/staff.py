"""What a member of staff does in the administration."""

from playwright.sync_api import Page, expect

from tests.browser.site import STAFF, STAFF_PASSWORD, Authenticator


def enrol(page: Page) -> Authenticator:
    """Sign in for the first time, which sets up the second factor; the app that knows it now."""
    _password(page)
    app = Authenticator(page.locator("code.secret").inner_text())
    page.get_by_label("Code from the app").fill(app.code())
    page.get_by_role("button", name="Check the code and sign in").click()
    page.get_by_role("link", name="I have written them down").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    return app


def sign_in(page: Page, app: Authenticator) -> None:
    """Sign in with password and code."""
    _password(page)
    page.get_by_label("Six figures").fill(app.code())
    page.get_by_role("button", name="Sign in").click()


def _password(page: Page) -> None:
    page.goto("/admin/")
    page.get_by_label("E-mail address").fill(STAFF)
    page.get_by_label("Password").fill(STAFF_PASSWORD)
    page.get_by_role("button", name="Continue").click()


def _member(page: Page, login: str) -> None:
    page.goto("/admin/accounts/member/")
    page.get_by_role("searchbox").fill(login)
    page.get_by_role("searchbox").press("Enter")
    page.get_by_role("row", name=login).get_by_role("link").first.click()


def authorise(page: Page, login: str, checked: str) -> None:
    """Find who waits, write down what was checked, authorise."""
    _member(page, login)
    page.get_by_role("link", name="Authorise").click()
    page.get_by_label("What did you check").fill(checked)
    page.get_by_role("button", name="Authorise").click()
    expect(page.get_by_text("is authorised and can take part")).to_be_visible()


def suspend(page: Page, login: str) -> None:
    """Suspend a member."""
    _member(page, login)
    page.get_by_role("link", name="Suspend").click()
    page.get_by_role("button", name="Suspend").click()
    expect(page.get_by_text("is suspended")).to_be_visible()


def end(page: Page, login: str) -> None:
    """End a membership, which asks for the address once more."""
    _member(page, login)
    page.get_by_role("link", name="End membership").click()
    page.get_by_label("To confirm, type").fill(login)
    page.get_by_role("button", name="End the membership").click()
    expect(page.get_by_text("has ended")).to_be_visible()


def look_through(page: Page, lists: tuple[str, ...]) -> str:
    """Everything that lists, and the first page behind each, show."""
    seen = []
    for name in lists:
        page.goto(f"/admin/{name}/")
        seen.append(page.content())
        page.locator("table.rows tbody th a").first.click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        seen.append(page.content())
    return "".join(seen)
