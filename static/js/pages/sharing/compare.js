/** Is it really them? A fingerprint to compare and to say that it is the same, and the stop when keys changed. @module */
import { compared, mustCompare, noteCompared } from "../../endpoint/compared.js";
import { Impostor } from "../../endpoint/errors.js";
import { fingerprint, readCode } from "../../endpoint/fingerprint.js";
import { clone, el, fill, onAction, show, slot } from "../../ui/dom.js";
import { date } from "../../ui/format.js";
import { t } from "../../ui/messages.js";
import { fingerprintCode } from "../../ui/qr.js";
import { canScan, scan } from "../../ui/scan.js";
import { announce } from "../../ui/states.js";

/** @typedef {import("../../endpoint/people.js").Person} Person */
/** @typedef {import("../../endpoint/session.js").Session} Session */
/** @typedef {import("../../endpoint/compared.js").Compared} Compared */

/**
 * Where it can be said that they are the same; login: under which they are shown; words: why to compare, and what if
 * they differ, where nothing is to be shared.
 * @typedef {{session: Session, role: string, login: string, words?: {first: string, differs: string}}} Answering
 */

/**
 * @param {Person} person @param {string} name
 * @param {Answering} [answering]
 * @returns {HTMLElement}
 */
export function compare(person, name, answering) {
  const print = fingerprint(person.verification, person.receive);
  const made = clone("t-compare", {
    words: print.words.map((word) => el("li", {}, word)), digits: print.digits,
    code: fingerprintCode(print, t("compare.code", { name })),
  });
  if (answering) void new Comparing(made, person, { ...answering, name, digits: print.digits }).begin();
  return made;
}

/** One comparison: what was said before, and what is said now. */
class Comparing {
  /** @param {HTMLElement} root @param {Person} person @param {Answering & {name: string, digits: string}} about */
  constructor(root, person, about) {
    this.root = root;
    this.person = person;
    this.about = about;
  }

  async begin() {
    const { session, name, role, login, words } = this.about;
    onAction(this.root, {
      "words-same": () => void this.#note("words"), "words-differ": () => this.#differ(), scan: () => void this.#scan(),
    });
    fill(this.root, words ?? { first: t("compare.first", { name }), differs: t("compare.differs", { name }) });
    show(slot(this.root, "scan"), canScan());
    try {
      this.#draw(await compared(session, this.person, login), mustCompare(role));
    } catch (error) {
      if (!(error instanceof Impostor)) throw error;
      this.root.replaceChildren(impostor(name, error.member));
    }
  }

  /** @param {Compared | null} before @param {boolean} must */
  #draw(before, must) {
    show(slot(this.root, "done"), before !== null);
    show(slot(this.root, "answer"), before === null);
    show(slot(this.root, "first"), before === null && must);
    show(slot(this.root, "differs"), false);
    if (before) fill(this.root, { "done-words": t(`compare.done-${before.how}`, { name: this.about.name, date: date(before.at) }) });
    const details = this.root.querySelector("details");
    if (details && before === null && must) details.open = true;
  }

  /** @param {import("../../endpoint/compared.js").How} how */
  async #note(how) {
    try {
      this.#draw(await noteCompared(this.about.session, this.person, how, this.about.login), false);
      announce(slot(this.root, "done").textContent ?? "");
      slot(this.root, "done").focus();
    } catch (error) {
      if (!(error instanceof Impostor)) throw error;
      this.root.replaceChildren(impostor(this.about.name, error.member));
    }
  }

  #differ() {
    show(slot(this.root, "differs"));
    slot(this.root, "differs").focus();
  }

  async #scan() {
    const digits = await askCamera();
    if (digits === this.about.digits) await this.#note("code");
    else if (digits !== null) this.#differ();
  }
}

/** @returns {Promise<string | null>} the digits that the camera read; null when nothing was */
async function askCamera() {
  const dialog = /** @type {HTMLDialogElement} */ (clone("t-scan"));
  const stop = new AbortController();
  dialog.addEventListener("close", () => stop.abort());
  onAction(dialog, { "scan-end": () => dialog.close() });
  document.body.append(dialog);
  dialog.showModal();
  try {
    return await scan(/** @type {HTMLVideoElement} */ (slot(dialog, "video")), readCode, stop.signal);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    fill(dialog, { trouble: t("scan.no-camera") });
    await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
    return null;
  } finally {
    dialog.close();
    dialog.remove();
  }
}

/**
 * @param {string} name as it was known, or as the server says
 * @param {string} member id, for the administrator
 * @returns {HTMLElement} the red stop, its title ready for focus
 */
export function impostor(name, member) {
  return clone("t-impostor", { title: t("impostor.title", { name }), detail: member });
}

/** @param {HTMLElement} place @param {HTMLElement} state */
export function showStop(place, state) {
  place.replaceChildren(state);
  slot(state, "title").focus();
}
