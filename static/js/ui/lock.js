/**
 * The lock over a page: hides what it shows, keeps what was typed, and asks for the password.
 *
 * While it is up nothing behind it can be read or reached; the keys are forgotten already.
 * @module
 */
import { setGate } from "../endpoint/api.js";
import { Locked, SignedOut } from "../endpoint/errors.js";
import { useWorker } from "../endpoint/password.js";
import { lock, onChange, openSession, ownLogin, signOut, unlock } from "../endpoint/session.js";
import { byId, clone, onAction, show, slot } from "./dom.js";
import { clearErrors, onSubmit, showErrors } from "./forms.js";
import { watchIdle } from "./idle.js";
import { t } from "./messages.js";
import { codeOf, explain } from "./states.js";
import { startWorker } from "./worker.js";

/** @typedef {import("../endpoint/session.js").Session} Session */
/** Why the lock is up: away for long, or signed out from somewhere else. @typedef {"away" | "signed-out"} Reason */

/** @type {{dialog: HTMLDialogElement, opened: Promise<void>, done: () => void} | null} */
let up = null;
let [mounted, watched, leaving] = [false, false, false];

/**
 * Open the page's session, with the password where the keys are not here; from then on the page is
 * locked when the session is.
 * @returns {Promise<Session>}
 * @throws {SignedOut} nobody is signed in @throws {Integrity | Offline | Unsupported | ApiError}
 */
export async function openOrUnlock() {
  if (!mounted) mount();
  const session = await opened();
  guard(session);
  return session;
}

/** Lock this page when its session ends, be it one that the page itself began. @param {Session} session */
export function guard(session) {
  if (!mounted) mount();
  if (!watched) watchIdle(session, { onEnd: ended });
  watched = true;
}

function mount() {
  mounted = true;
  useWorker(() => startWorker("password"));
  onChange((change) => changed(change));
  setGate(reopen);
  // A page that the browser kept aside shows what it showed then.
  addEventListener("pageshow", ({ persisted }) => void (persisted && location.reload()));
}

/** @param {Reason} reason why the session ended @returns {Promise<void>} */
function ended(reason) {
  void raise(reason);
  return lock();
}

/** A call found the session ended; another tab may have opened it again since. */
async function reopen() {
  try {
    await openSession();
  } catch (error) {
    if (!(error instanceof Locked || error instanceof SignedOut)) throw error;
    await raise(error instanceof SignedOut ? "signed-out" : "away");
  }
}

/** @returns {Promise<Session>} */
async function opened() {
  for (;;) {
    try {
      return await openSession();
    } catch (error) {
      if (!(error instanceof Locked)) throw error;
      await raise("away");
    }
  }
}

/** Leave for the start page; every tab forgets the keys. @param {string} path where to */
export async function leave(path) {
  leaving = true;
  try {
    await signOut();
  } finally {
    location.replace(path);
  }
}

/** @param {import("../endpoint/session.js").Change} change */
function changed(change) {
  if (leaving) return;
  // Another tab acts for somebody else: this page is no longer whose it says.
  if (change === "switched") return location.replace("/home");
  if (change === "opened") lower();
  if (change === "locked") void raise("away");
  // Somebody signed out on purpose: what this tab shows goes too.
  if (change === "signed-out") location.replace(document.documentElement.dataset.start ?? "/");
}

/** @param {Reason} reason @returns {Promise<void>} once the session is open again */
function raise(reason) {
  up ??= raised(reason);
  return up.opened;
}

/** @param {Reason} reason */
function raised(reason) {
  const dialog = /** @type {HTMLDialogElement} */ (clone("t-lock", { title: t(`lock.${reason}`), text: t(`lock.${reason}-text`) }));
  const { promise, resolve } = Promise.withResolvers();
  document.documentElement.toggleAttribute("data-locked", true);
  document.body.append(dialog);
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  // Some browsers close a dialog at the second Escape whatever its listeners say.
  dialog.addEventListener("close", () => void (up?.dialog === dialog && dialog.showModal()));
  onAction(dialog, { leave: () => leave(dialog.dataset.signIn ?? "/") });
  const form = /** @type {HTMLFormElement} */ (slot(dialog, "form"));
  // Password managers look for it.
  /** @type {HTMLInputElement} */ (slot(form, "username")).value = ownLogin();
  onSubmit(form, (data) => tried(form, data));
  dialog.showModal();
  byId("lock-password", dialog).focus();
  return { dialog, opened: /** @type {Promise<void>} */ (promise), done: () => resolve(undefined) };
}

/** Take the lock away: the session is open. */
function lower() {
  if (up === null) return;
  const { dialog, done } = up;
  up = null;
  document.documentElement.toggleAttribute("data-locked", false);
  dialog.close();
  dialog.remove();
  done();
}

/** @param {HTMLFormElement} form @param {FormData} data */
async function tried(form, data) {
  const password = String(data.get("password") ?? "");
  const otp = String(data.get("otp") ?? "").trim();
  if (password === "") return showErrors(form, [{ field: "lock-password", text: t("lock.password-missing") }]);
  clearErrors(form);
  const working = slot(form, "working");
  working.textContent = t("lock.working");
  try {
    await unlock({ password, otp });
    lower();
  } catch (error) {
    working.textContent = "";
    refused(form, error, otp);
  }
}

/** @param {HTMLFormElement} form @param {unknown} error @param {string} otp as typed */
function refused(form, error, otp) {
  // Without a session that this page knows, only the sign-in page can ask who it is.
  if (error instanceof SignedOut) return location.reload();
  const code = codeOf(error);
  if (code !== "otp-needed") return showErrors(form, [{ field: "lock-password", text: code === "wrong-secret" ? t("lock.wrong") : explain(error) }]);
  const group = slot(form, "otp");
  show(group);
  if (otp) showErrors(form, [{ field: "lock-otp", text: t("lock.otp-wrong") }]);
  else byId("lock-otp", form).focus();
}
