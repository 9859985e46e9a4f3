/**
 * Step 3: put the partitions together, encrypt, send, and say what was saved; a failure loses nothing.
 * @module
 */
import { deposit, discard, waiting } from "../../endpoint/depositing.js";
import { Superseded } from "../../endpoint/errors.js";
import { rememberNames } from "../../endpoint/partnames.js";
import { byId, clone, fill, onAction, show, slot } from "../../ui/dom.js";
import { t } from "../../ui/messages.js";
import { ordered, partChip } from "../../ui/parts.js";
import { codeOf, failed, loading, report } from "../../ui/states.js";
import { readersLine } from "../shared/readers.js";
import { Sending } from "../shared/sending.js";
import { countsWords, refusalWords } from "./describe.js";
import { Refused } from "./importing.js";

/** @typedef {import("./draft.js").Draft} Draft */
/** @typedef {import("./importing.js").Importing} Importing */
/** @typedef {import("./importing.js").Written} Written */
/** @typedef {import("../../endpoint/session.js").Session} Session */

const STEPS = ["writing", "sealing", "signing", "sending", "receipts"];

export class Saving {
  /** @param {Session} session @param {Importing} importing */
  constructor(session, importing) {
    this.session = session;
    this.importing = importing;
    /** What earlier attempts sealed from other decisions: never to be sent beside the newer. @type {Set<string>} */
    this.stale = new Set();
    this.under = "";
  }

  /**
   * @param {Draft} draft
   * @returns {Promise<Written | null>} null when it did not work, which the page says
   */
  async save(draft) {
    const place = byId("save-state");
    const root = byId("step-save");
    const state = loading(place, { title: t("add.saving.title"), steps: STEPS });
    show(slot(root, "save-back"), false);
    fill(root, { "save-lead": t("add.saving.lead") });
    try {
      return await this.#deposit(draft, state);
    } catch (error) {
      return this.#failed(draft, error);
    }
  }

  /** @param {Draft} draft @param {ReturnType<typeof loading>} state @returns {Promise<Written>} */
  async #deposit(draft, state) {
    state.step("writing");
    const written = await this.importing.result(draft.choices, draft.onto);
    await this.#forgetOthers(draft);
    const before = await this.#keys();
    const sending = new Sending(state, byId("save-pause"));
    try {
      await deposit(this.session, contentOf(draft, written), { signal: sending.signal, onStep: (step, detail = {}) => sending.onStep(step, detail) });
      this.under = "";
    } catch (error) {
      await this.#noted(draft, before);
      throw error;
    } finally {
      sending.end();
    }
    // The record says the names too: without this memory they are learned when it is opened.
    await rememberNames(this.session, draft.parts.given(Object.keys(written.partitions))).catch(report);
    state.done();
    return written;
  }

  /** @returns {Promise<string[]>} */
  async #keys() {
    return (await waiting(this.session)).map(({ key }) => key);
  }

  /** What a failed attempt left to be sent belongs to these decisions. @param {Draft} draft @param {string[]} before */
  async #noted(draft, before) {
    this.under = decisions(draft);
    try {
      for (const key of await this.#keys()) if (!before.includes(key)) this.stale.add(key);
    } catch (error) {
      // The first failure is the one to tell of.
      report(error);
    }
  }

  /** The owner changed something after a failure: the older parcel must not become a second record. @param {Draft} draft */
  async #forgetOthers(draft) {
    if (!this.under || this.under === decisions(draft)) return;
    for (const key of this.stale) await discard(this.session, key);
    this.stale.clear();
    this.under = "";
  }

  /** The person stopped it: it goes on where it was. @returns {null} */
  #paused() {
    const [place, root] = [byId("save-state"), byId("step-save")];
    const paused = clone("t-paused");
    onAction(paused, { "go-on-sending": () => root.dispatchEvent(new CustomEvent("again")) });
    place.replaceChildren(paused);
    show(place);
    fill(root, { "save-lead": t("way.paused.lead") });
    show(slot(root, "save-back"));
    slot(paused, "title").focus();
    return null;
  }

  /** @param {Draft} draft @param {unknown} error @returns {null} */
  #failed(draft, error) {
    const place = byId("save-state");
    const root = byId("step-save");
    if (codeOf(error) === "paused") return this.#paused();
    report(error);
    if (error instanceof Superseded) {
      superseded(place, root, draft);
    } else if (error instanceof Refused) {
      const refused = clone("t-refused", { name: draft.file.name, ...refusalWords(error) });
      place.replaceChildren(refused);
      slot(refused, "title").focus();
    } else {
      failed(place, error, () => byId("step-save").dispatchEvent(new CustomEvent("again")));
    }
    fill(root, { "save-lead": t("add.saving.failed") });
    show(slot(root, "save-back"));
    return null;
  }
}

/** There is nothing to try again: the owner compares and decides anew. @param {HTMLElement} place @param {HTMLElement} root @param {Draft} draft */
function superseded(place, root, draft) {
  draft.onto = null;
  const panel = clone("t-superseded");
  place.replaceChildren(panel);
  panel.focus();
  root.dispatchEvent(new CustomEvent("superseded"));
}

/** @param {Draft} draft @returns {string} the same for the same decisions */
function decisions({ onto, choices: { moves, copies, into, names } }) {
  return JSON.stringify([[...moves].sort(), copies, onto, [...into].sort(), [...names].sort()]);
}

/** @param {Draft} draft @param {Written} written */
function contentOf({ file, onto }, { partitions, attachments = {}, original }) {
  return {
    onto: onto ?? undefined,
    partitions: new Map(Object.entries(partitions)), attachments: new Map(Object.entries(attachments)),
    original: { name: file.name, type: file.type, octets: original },
  };
}

/** @param {Written} written @param {Draft} draft @param {import("../../endpoint/readers.js").ReadersOf} readers */
export function drawSaved({ partitions, counts }, draft, readers) {
  const root = byId("step-saved");
  const { onto } = draft;
  show(slot(root, "saved-version"), onto !== null);
  fill(root, {
    "saved-version": onto ? t("again.saved", { n: String(onto.version) }) : "",
    "saved-lead": t("add.saved.lead", { n: draft.items }),
    "saved-parts": ordered(Object.keys(partitions)).map((part) => clone("t-saved-part", {
      chip: partChip(part), count: countsWords(counts[part]), who: readersLine(readers(part)),
    })),
  });
}
