/**
 * Starts a page: header, banners, form components, the session if the page needs one, and what is
 * shown when that fails. A page's module calls it once.
 * @module
 */

import { createAll, CharacterCount, Checkboxes, PasswordInput, Radios, SkipLink } from "nhsuk-frontend";

import { mountBanners } from "./browser.js";
import { recallNames } from "../endpoint/partnames.js";
import { byId, show } from "./dom.js";
import { mountHeader } from "./header.js";
import { callParts } from "./parts.js";
import { codeOf, failed, loading, pageState } from "./states.js";

/** @typedef {import("../endpoint/session.js").Session} Session */
/** @typedef {{root: HTMLElement}} Open what a page that needs nothing gets */
/** @typedef {{root: HTMLElement, session: Session}} Opened */

/** A session that opens sooner needs no word about it. In milliseconds. */
const SOON = 600;
/** Whoever waits longer than that sees what there is. In milliseconds. */
const LATE = 4000;

/**
 * Start the page; nothing on it can be pressed until the session is open.
 * @template {"session" | "nothing"} N
 * @param {(page: N extends "session" ? Opened : Open) => unknown} main draws the page; what it throws is shown, with Try again
 * @param {{needs: N, role?: "owner" | "professional"}} options role: who the page was made for
 */
export async function startPage(main, { needs, role }) {
  mountShell();
  const able = mountBanners();
  const root = byId("page");
  if (needs === "nothing") return attempt(() => main(/** @type {any} */ ({ root })));
  if (!able) return undefined;
  return attempt(async () => {
    const session = await opened(root);
    if (role && (session.me.role === "owner") !== (role === "owner")) return location.assign("/home");
    if (session.me.role === "owner") callParts(await recallNames(session));
    return main(/** @type {any} */ ({ root, session }));
  }).finally(filled);
}

/**
 * What the page waited for stands: show what is below it. A page whose `main` goes on with what moves
 * nothing says so itself.
 */
export const filled = () => { byId("page").toggleAttribute("data-filling", false); };

/** Header, sign-out and form components. */
function mountShell() {
  document.body.classList.add("js-enabled", "nhsuk-frontend-supported");
  mountHeader();
  for (const component of [CharacterCount, Checkboxes, PasswordInput, Radios, SkipLink]) createAll(component);
  for (const button of document.querySelectorAll("[data-sign-out]")) {
    button.addEventListener("click", () => void signedOut());
  }
  for (const button of document.querySelectorAll("[data-stop-acting]")) {
    button.addEventListener("click", () => void ownAgain());
  }
}

/** Back to the own account, where one acted for somebody. */
async function ownAgain() {
  const { stopActing } = await import("../endpoint/session.js");
  try {
    await stopActing();
  } finally {
    // Whatever became of it, that page says for whom one acts now.
    location.assign("/care");
  }
}

/** The lock, and the keys behind it, are loaded by pages that need them alone. */
async function signedOut() {
  const { leave } = await import("./lock.js");
  await leave(document.documentElement.dataset.start ?? "/");
}

/**
 * What the page begins with stays in sight meanwhile, out of reach; it goes when there is no session.
 * @param {HTMLElement} root @returns {Promise<Session>}
 */
async function opened(root) {
  /** @type {ReturnType<typeof loading>[]} */
  const states = [];
  const later = setTimeout(() => states.push(loading(pageState())), SOON);
  root.inert = true;
  try {
    const { openOrUnlock } = await import("./lock.js");
    const session = await openOrUnlock();
    root.inert = false;
    setTimeout(filled, LATE);
    show(root);
    return session;
  } catch (error) {
    show(root, false);
    throw error;
  } finally {
    clearTimeout(later);
    states.forEach((state) => state.done());
  }
}

/** @param {() => unknown} work shown as failed, and done again on Try again */
async function attempt(work) {
  try {
    await work();
  } catch (error) {
    if (codeOf(error) === "signed-out") return signInAgain();
    failed(pageState(), error, () => attempt(work));
    // A developer reads the console; words for people stand on the page.
    if (codeOf(error) === "unknown") console.error(error);
  }
  return undefined;
}

/** The page comes back after signing in. */
function signInAgain() {
  location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
}
