"""What every page must be for every eye and hand, whatever stands on it.

Each check takes a page that is there and puts back what it changes.
"""

from playwright.sync_api import Page

from tests.browser import axe, chromium

STRUCTURE = """() => {
  const seen = (one) => one.checkVisibility();
  return {
    h1: [...document.querySelectorAll("h1")].filter(seen).map((one) => one.textContent.trim()),
    title: document.title,
    lang: document.documentElement.lang,
    main: document.querySelectorAll("main").length,
    ordered: [...document.querySelectorAll("[tabindex]")].filter((one) => one.tabIndex > 0).length,
  };
}"""
OVERFLOW = """() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  return scrollWidth - clientWidth;
}"""
REACHED = """a[href], button:not(:disabled), input:not(:disabled), select, textarea, summary,
  [tabindex='0']"""
# Focus set by a script counts as the keyboard's where the keyboard was used before it. A control
# that is drawn by its label or its frame shows the focus there.
FOCUS = """(reached) => {
  const parts = (one) => {
    const near = [one, one.parentElement, one.labels?.[0], one.closest("label")].filter(Boolean);
    return near.flatMap((each) => [[each, ""], [each, "::before"], [each, "::after"]]);
  };
  const drawn = (one) => parts(one).map(([each, pseudo]) => {
    const { outlineStyle, outlineWidth, outlineColor, boxShadow } = getComputedStyle(each, pseudo);
    return outlineStyle === "none" ? boxShadow : [outlineStyle, outlineWidth, outlineColor, boxShadow];
  }).join("|");
  const found = [];
  for (const one of document.querySelectorAll(reached)) {
    if (!one.checkVisibility({ visibilityProperty: true }) || one.tabIndex < 0) continue;
    if (document.activeElement !== document.body) document.activeElement.blur();
    const before = drawn(one);
    one.focus();
    if (document.activeElement !== one || drawn(one) === before) found.push(one.outerHTML.slice(0, 150));
  }
  document.activeElement.blur();
  return found;
}"""
STOPS = """(reached) => {
  // A group of choices is one stop: what is chosen, or the first.
  const group = (name) => document.querySelector(`[name="${name}"]:checked`)
    ?? document.querySelector(`[name="${name}"]`);
  globalThis.reachable = [...document.querySelectorAll(reached)].filter((one) =>
    one.checkVisibility({ visibilityProperty: true }) && one.tabIndex >= 0
    && (one.type !== "radio" || one === group(one.name)));
  return globalThis.reachable.length;
}"""
HERE = "() => globalThis.reachable.indexOf(document.activeElement)"
# Upwards goes only who begins a column to the right.
BACKWARDS = """(reached) => {
  const main = [...document.querySelectorAll("main *")].filter((one) => one.matches(reached)
    && one.checkVisibility({ visibilityProperty: true }) && one.tabIndex >= 0);
  const found = [];
  for (let at = 1; at < main.length; at += 1) {
    const [before, after] = [main[at - 1], main[at]].map((one) => one.getBoundingClientRect());
    if (!after.width || !before.width) continue;
    if (after.bottom <= before.top && after.left < before.right) {
      found.push(`${main[at - 1].outerHTML.slice(0, 80)} -> ${main[at].outerHTML.slice(0, 80)}`);
    }
  }
  return found;
}"""
MOVING = """() => {
  const long = (times) => times.split(",").some((one) => parseFloat(one) > 0.01);
  return [...document.querySelectorAll("body *")].filter((one) => {
    const { animationName, animationDuration, transitionDuration, scrollBehavior } = getComputedStyle(one);
    return (animationName !== "none" && long(animationDuration)) || long(transitionDuration)
      || scrollBehavior === "smooth";
  }).filter((one) => !one.matches("progress")).map((one) => one.outerHTML.slice(0, 100));
}"""
ON_PAPER = """() => {
  const dark = (one) => {
    const [r, g, b, a = 1] = getComputedStyle(one).backgroundColor.match(/[\\d.]+/g).map(Number);
    return a > 0.5 && 0.2126 * r + 0.7152 * g + 0.0722 * b < 128;
  };
  const large = (one) => {
    const { width, height } = one.getBoundingClientRect();
    return width * height > innerWidth * 60;
  };
  return {
    left: [...document.querySelectorAll("nav, .site-header, .site-footer, .nhsuk-skip-link, .admin-nav")]
      .filter((one) => one.checkVisibility()).map((one) => one.outerHTML.slice(0, 100)),
    dark: [document.documentElement, ...document.querySelectorAll("body, body *")]
      .filter((one) => one.checkVisibility() && dark(one) && (one === document.body || large(one)))
      .map((one) => one.outerHTML.slice(0, 100)),
    words: document.querySelector("main, #content")?.innerText.trim().length ?? 0,
  };
}"""
DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
# Colours that change take a moment, longer on a busy machine.
ARRIVED = """() => Promise.all(document.getAnimations().filter((one) => one instanceof CSSTransition)
  .map((one) => one.finished.catch(() => null)))"""
MOST_STOPS = 25


def structure(page: Page) -> None:
    """One heading, a title that names page and product, a language, one main part."""
    found = page.evaluate(STRUCTURE)
    assert len(found["h1"]) == 1, found
    assert found["title"].endswith(" - SeSPHR"), found
    assert len(found["title"]) > len("? - SeSPHR"), found
    assert found["lang"].startswith("en"), found
    assert (found["main"], found["ordered"]) == (1, 0), found


def skip_link(page: Page) -> None:
    """The first stop of the keyboard leads past the navigation, and is seen when it is reached."""
    page.evaluate("() => { scrollTo(0, 0); document.activeElement.blur(); }")
    page.keyboard.press("Tab")
    link = page.locator(":focus")
    assert (link.get_attribute("href") or "").startswith("#"), link.evaluate("one => one.outerHTML")
    box = link.bounding_box()
    assert box, "the link has no place"
    assert min(box["x"], box["y"]) >= 0, box
    assert box["width"] > 20, box
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.matches('main, #content')"), page.url


def keyboard(page: Page) -> None:
    """Every stop shows the focus, and stops follow one another as the page is read."""
    stops = min(page.evaluate(STOPS, REACHED), MOST_STOPS)
    page.evaluate(
        "() => { document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex'); }"
    )
    order = []
    for _ in range(stops):
        page.keyboard.press("Tab")
        order.append(page.evaluate(HERE))
    assert order == list(range(stops)), (page.url, order)
    # After the walk: a group of choices remembers which of it had the focus.
    assert page.evaluate(FOCUS, REACHED) == []
    assert page.evaluate(BACKWARDS, REACHED) == []


def widths(page: Page) -> None:
    """Nothing for axe, light and wide, or dark and small; no sideways scrolling down to 320 px.

    A page of 640 px at 200 % zoom has 320.
    """
    axe.assert_none(page)
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(chromium.PHONE)  # type: ignore[arg-type]
    axe.assert_none(page)
    for size in (chromium.PHONE, chromium.NARROW):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert page.evaluate(OVERFLOW) <= 0, (page.url, size)
    page.set_viewport_size(chromium.DESKTOP)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="light")


def stillness(page: Page) -> None:
    """Nothing moves for who asks for less motion, but progress."""
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(MOVING) == []
    page.emulate_media(reduced_motion="no-preference")


def paper(page: Page) -> None:
    """Printed from a dark screen: the content, dark on light, without navigation."""
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate(DRAWN)
    page.evaluate(ARRIVED)
    found = page.evaluate(ON_PAPER)
    page.emulate_media(media="screen", color_scheme="light")
    assert (found["left"], found["dark"]) == ([], []), (page.url, found)
    assert found["words"] > 0, page.url
