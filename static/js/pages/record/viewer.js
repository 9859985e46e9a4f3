/**
 * Looks at a file of the record inside the page: a dialog over it that is emptied when it closes.
 *
 * The file is opened on this device and drawn on a canvas; it leaves SeSPHR only when somebody says so
 * twice. What draws a kind of file is loaded when one of that kind is opened.
 * @module
 */
import { openAttachment } from "../../endpoint/opening.js";
import { ENOUGH, kindOf } from "../../reader/pictures.js";
import { confirm } from "../../ui/dialog.js";
import { clone, el, fill, onAction, show, slot } from "../../ui/dom.js";
import { size } from "../../ui/format.js";
import { t } from "../../ui/messages.js";
import { codeOf, failed, isStop, loading, report } from "../../ui/states.js";
import { Stage } from "./viewer/stage.js";

/** @typedef {import("../../endpoint/attached.js").AttachedFile} AttachedFile */
/** @typedef {import("../../endpoint/session.js").Session} Session */
/** @typedef {import("../../reader/partition.js").Attachment} Attachment */
/** @typedef {import("./viewer/stage.js").Drawing} Drawing */
/** What to look at: a file of a part of a record. @typedef {{owner: string, record: string, partition: string, purpose: string, attachment: Attachment, proposed?: boolean}} Wanted */

const STEPS = ["asked", "agreed", "received", "decrypting"];
const SAVED = 60_000;

/** Nothing can be drawn of it; `code` chooses the words. */
class NotShown extends Error {
  /** @param {string} code */
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** What draws each kind. @type {Record<string, (file: AttachedFile, onProgress: (done: number, total: number) => void) => Promise<Drawing>>} */
const DRAWERS = {
  pdf: async (file, onProgress) => (await import("./viewer/pdf.js")).drawPdf(file, onProgress),
  picture: async (file, onProgress) => (await import("./viewer/picture.js")).drawPicture(file, onProgress),
  dicom: async (file, onProgress) => (await import("./viewer/dicom.js")).drawDicom(file, onProgress),
  other: async () => { throw new NotShown("other"); },
};

export class Viewer {
  /** Opened once, until that fails. @type {Promise<AttachedFile> | null} */
  #file = null;
  /** @type {Stage | null} */
  #stage = null;
  /** Counts what was opened: what comes late for an earlier file is dropped. */
  #turn = 0;
  /** @type {HTMLDialogElement | null} */
  #dialog = null;

  /** @param {Session} session */
  constructor(session) {
    this.session = session;
  }

  /** @param {Wanted} wanted */
  async open(wanted) {
    this.close();
    const dialog = /** @type {HTMLDialogElement} */ (clone("t-viewer", titles(wanted.attachment)));
    this.#dialog = dialog;
    dialog.addEventListener("close", () => this.#closed(dialog));
    onAction(dialog, { close: () => dialog.close(), save: (button) => void this.#save(wanted, button) });
    document.body.append(dialog);
    document.documentElement.toggleAttribute("data-viewing", true);
    dialog.showModal();
    slot(dialog, "title").focus();
    await this.#show(wanted);
  }

  /** Nothing of the file stays in the page; focus goes back to where it was. */
  close() {
    this.#dialog?.close();
    if (this.#dialog) this.#closed(this.#dialog);
  }

  /** @param {HTMLDialogElement} dialog */
  #closed(dialog) {
    if (this.#dialog !== dialog) return;
    this.#turn += 1;
    this.#dialog = null;
    document.documentElement.toggleAttribute("data-viewing", false);
    this.#forget();
    dialog.replaceChildren();
    dialog.remove();
  }

  #forget() {
    this.#stage?.close();
    // One that opens later is closed as well.
    this.#file?.then((file) => file.close(), () => {});
    [this.#stage, this.#file] = [null, null];
  }

  /** @param {Wanted} wanted */
  async #show(wanted) {
    const dialog = /** @type {HTMLDialogElement} */ (this.#dialog);
    const turn = ++this.#turn;
    const place = slot(dialog, "state");
    const state = loading(place, { title: t("viewer.opening"), steps: STEPS });
    try {
      const file = await this.#opened(wanted, (step) => state.step(step));
      if (turn !== this.#turn) return;
      const drawing = await drawn(file, (done, total) => state.step("decrypting", { done, total }));
      if (turn !== this.#turn) return drawing.close();
      state.done();
      this.#stage = new Stage(dialog, drawing, (error) => this.#failed(wanted, place, error));
      await this.#stage.start();
      if (turn === this.#turn) fill(dialog, { said: t("viewer.shown", { name: shownName(wanted.attachment) }) });
    } catch (error) {
      if (turn === this.#turn) this.#failed(wanted, place, error);
    }
    return undefined;
  }

  /** @param {Wanted} wanted @param {(step: string) => void} [onStep] @returns {Promise<AttachedFile>} */
  async #opened({ attachment, ...where }, onStep) {
    this.#file ??= openAttachment(this.session, where, attachment, { onStep });
    const opening = this.#file;
    try {
      return await opening;
    } catch (error) {
      if (this.#file === opening) this.#file = null;
      throw error;
    }
  }

  /** @param {Wanted} wanted @param {HTMLElement} place @param {unknown} error */
  #failed(wanted, place, error) {
    this.#stage?.close();
    this.#stage = null;
    if (isStop(error)) show(slot(/** @type {HTMLElement} */ (this.#dialog), "save"), false);
    if (!isStop(error) && NOT_SHOWN.has(codeOf(error))) return notShown(place, codeOf(error));
    report(error);
    return failed(place, error, () => this.#show(wanted));
  }

  /** @param {Wanted} wanted @param {HTMLElement} button */
  async #save(wanted, button) {
    if (button.getAttribute("aria-disabled") === "true") return;
    const sure = await confirm({ template: "t-viewer-leaves", title: t("viewer.leaves.title"), yes: t("viewer.leaves.yes"), no: t("viewer.leaves.no") });
    if (!sure || !this.#dialog) return;
    const place = slot(this.#dialog, "saving");
    button.setAttribute("aria-disabled", "true");
    const turn = this.#turn;
    try {
      const file = await this.#opened(wanted);
      const blob = await file.whole({ onProgress: (done, total) => fill(place, { saving: t("viewer.saving", { done: size(done), total: size(total) }) }) });
      if (turn === this.#turn) saved(file.told.name, blob);
      place.textContent = t("viewer.saved");
    } catch (error) {
      if (turn === this.#turn) this.#saveFailed(wanted, place, error);
    } finally {
      button.removeAttribute("aria-disabled");
    }
  }

  /** @param {Wanted} wanted @param {HTMLElement} place @param {unknown} error */
  #saveFailed(wanted, place, error) {
    place.replaceChildren();
    this.#failed(wanted, slot(/** @type {HTMLElement} */ (this.#dialog), "state"), error);
  }
}

const NOT_SHOWN = new Set(["other", "broken", "password", "large", "memory"]);

/** @param {HTMLElement} place @param {string} code */
function notShown(place, code) {
  place.replaceChildren(clone("t-viewer-not", { text: t(`viewer.not.${code}`) }));
  show(place);
  slot(place, "title").focus();
}

/** @param {AttachedFile} file @param {(done: number, total: number) => void} onProgress @returns {Promise<Drawing>} */
async function drawn(file, onProgress) {
  const length = Math.min(ENOUGH, file.told.size);
  const kind = length ? kindOf(await file.part(0, length)) : "other";
  return DRAWERS[kind](file, onProgress);
}

/** @param {Attachment} attachment @returns {string} */
const shownName = ({ name }) => name || t("viewer.unnamed");

/** @param {Attachment} attachment */
function titles(attachment) {
  return { title: shownName(attachment), facts: t("viewer.facts", { size: size(attachment.size) }) };
}

/** @param {string} name @param {Blob} blob */
function saved(name, blob) {
  // What the type says must not make the browser show it here.
  const address = URL.createObjectURL(new Blob([blob], { type: "application/octet-stream" }));
  el("a", { href: address, download: name || "file" }).click();
  setTimeout(() => URL.revokeObjectURL(address), SAVED);
}
