/**
 * Whether a record of the owner says already what the file says: compared in the background, offered
 * as a choice, never in the way of saving.
 *
 * The owner's records are opened on this device and handed to the import worker, which compares.
 * @module
 */
import { ownRecords } from "../../endpoint/again.js";
import { byId, clone, el, fill, onAction, show, slot } from "../../ui/dom.js";
import { date, recordDate } from "../../ui/format.js";
import { t } from "../../ui/messages.js";
import { announce, report } from "../../ui/states.js";

/** @typedef {import("../../endpoint/session.js").Session} Session */
/** @typedef {import("../../endpoint/again.js").Earlier} Earlier */
/** @typedef {import("../../importer/compare.js").Choice} Choice */
/** @typedef {import("./importing.js").Fit} Fit */
/** @typedef {"looking" | "done" | "failed"} State */
/** @typedef {{fit: Fit, earlier: Earlier}} Found */

const LISTS = /** @type {const} */ (["added", "changed", "gone"]);

export class Again {
  /**
   * @param {Session} session
   * @param {import("./draft.js").Draft} draft keeps the choice: `onto`
   * @param {import("./importing.js").Importing} importing
   * @param {{onMoves: (moves: [string, string][]) => void, onChange: () => void}} told of what the owner had moved last time; of every change
   */
  constructor(session, draft, importing, { onMoves, onChange }) {
    this.session = session;
    this.draft = draft;
    this.importing = importing;
    this.onMoves = onMoves;
    this.onChange = onChange;
    this.place = byId("again");
    /** @type {State} */
    this.state = "done";
    /** After a conflict the choice is made anew before anything is saved. */
    this.anew = false;
    /** @type {Choice} */
    this.choice = "separate";
    /** What an earlier turn still finds comes too late. */
    this.turn = 0;
    this.paused = false;
    onAction(this.place, { compare: () => void this.start() });
  }

  /** Whether saving would be a choice that the owner could not make yet. */
  get inTheWay() {
    return this.anew && this.state === "looking";
  }

  /** Compare. @param {{anew?: boolean}} [how] after another device was first */
  async start({ anew = false } = {}) {
    const turn = ++this.turn;
    this.anew = anew;
    this.#stand("looking", t(anew ? "again.looking-anew" : "again.looking"));
    try {
      const found = await this.#best(() => turn !== this.turn);
      if (turn !== this.turn) return;
      if (found) this.#offer(found);
      else this.#stand("done", t("again.nothing"));
    } catch (error) {
      if (turn !== this.turn) return;
      report(error);
      this.#stand("failed", t("again.failed"));
    }
  }

  /** The file is gone: nothing is compared or said any more. */
  close() {
    this.turn += 1;
  }

  /** It is being saved: what was decided by now counts. */
  pause() {
    if (this.state !== "looking") return;
    this.close();
    this.paused = true;
    this.#settle("done");
  }

  /** It could not be saved: go on where it was left. */
  resume() {
    if (this.paused) void this.start();
    this.paused = false;
  }

  /** @param {() => boolean} late @returns {Promise<Found | null>} */
  async #best(late) {
    /** @type {Found | null} */
    let found = null;
    for await (const some of ownRecords(this.session)) {
      if (late()) return null;
      const fit = await this.importing.compare(some.map(({ onto, parts }) => ({ record: onto.record, parts })));
      const earlier = some.find(({ onto }) => onto.record === fit?.record);
      if (fit && earlier) found = { fit, earlier };
      if (fit?.outcome.document || fit?.suggestion === "skip") break;
    }
    return found;
  }

  /** @param {State} state */
  #settle(state) {
    this.state = state;
    this.place.dataset.state = state;
    this.place.replaceChildren();
    this.choose("separate", null);
  }

  /** @param {State} state @param {string} text */
  #stand(state, text) {
    this.#settle(state);
    const line = clone("t-again-line", { text });
    show(slot(line, "retry"), state === "failed");
    // What stays where it was moves nothing below it under somebody's hand.
    this.place.replaceChildren(line);
  }

  /** @param {Found} found */
  #offer({ fit, earlier }) {
    const { outcome, suggestion, moves } = fit;
    this.#settle("done");
    const kind = outcome.older ? "older" : outcome.added.n + outcome.changed.n + outcome.gone.n ? "" : "identical";
    const title = t(["again.title", kind].filter(Boolean).join("."), { date: date(earlier.made) });
    const panel = clone("t-again", { title, facts: facts(outcome) });
    show(slot(panel, "document"), outcome.document && kind === "");
    fill(panel, { gone: outcome.gone.n ? t("again.leaves", { n: outcome.gone.n }) : "" });
    const skippable = outcome.added.n + outcome.changed.n === 0;
    for (const item of panel.querySelectorAll("[data-choice]")) {
      show(/** @type {HTMLElement} */ (item), /** @type {HTMLElement} */ (item).dataset.choice !== "skip" || skippable);
    }
    panel.addEventListener("change", ({ target }) => this.choose(/** @type {Choice} */ (/** @type {HTMLInputElement} */ (target).value), earlier));
    this.place.replaceChildren(panel);
    this.#premove(panel, moves);
    /** @type {HTMLInputElement} */ (panel.querySelector(`[value=${suggestion}]`)).checked = true;
    this.choose(suggestion, earlier);
    announce(title);
  }

  /** Nobody should have to move the same thing twice; what was moved by now stays as it is. @param {HTMLElement} panel @param {[string, string][]} moves */
  #premove(panel, moves) {
    const wanted = this.draft.moves.size ? [] : moves;
    show(slot(panel, "moved"), wanted.length > 0);
    if (!wanted.length) return;
    fill(panel, { moved: t("again.moved", { n: wanted.length }) });
    this.onMoves(wanted);
  }

  /** @param {Choice} choice @param {Earlier | null} earlier */
  choose(choice, earlier) {
    this.choice = choice;
    this.draft.onto = choice === "update" && earlier ? earlier.onto : null;
    show(byId("save"), choice !== "skip");
    show(byId("skip"), choice === "skip");
    this.onChange();
  }
}

/** @param {Fit["outcome"]} outcome @returns {HTMLElement[]} */
function facts(outcome) {
  const lists = LISTS.filter((name) => outcome[name].n).map((name) => {
    const { n, units } = outcome[name];
    const more = n > units.length ? [el("li", {}, t("again.more", { n: n - units.length }))] : [];
    return clone("t-again-facts", { text: t(`again.${name}`, { n }), units: [...units.map((unit) => el("li", {}, unitWords(unit))), ...more] });
  });
  return [clone("t-again-fact", { text: t("again.same", { n: outcome.same }) }), ...(lists.length ? lists : [clone("t-again-fact", { text: t("again.none") })])];
}

/** @param {import("../../importer/compare.js").Unit} unit @returns {string} */
function unitWords({ title, kind, date: when }) {
  const name = title ?? t(`kind.${kind}`);
  return when ? t("again.unit", { title: name, date: recordDate(when) }) : name;
}
