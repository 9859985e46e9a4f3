/**
 * The record: summary first, then each part; for a reader, for its owner, and as somebody else sees it.
 *
 * Plaintext lives on this page alone: nothing of it is kept, and what is taken back is removed.
 * @module
 */

import { fetchOriginal } from "../endpoint/opening.js";
import { onChange } from "../endpoint/session.js";
import { notNow } from "../endpoint/verdicts.js";
import { confirm } from "../ui/dialog.js";
import { noteVisit } from "./home/visits.js";
import { byId, clone, el, fill, onAction, show, slot } from "../ui/dom.js";
import { dateTime, list as listed_, size, time } from "../ui/format.js";
import { t } from "../ui/messages.js";
import { startPage } from "../ui/page.js";
import { partName } from "../ui/parts.js";
import { announce, empty, failed, loading, pageState } from "../ui/states.js";
import { drawBoxes } from "./record/boxes.js";
import { nameIn, showHead } from "./record/head.js";
import { Finder } from "./record/finder.js";
import { listed, load, openedBefore, viewerOf, withdraw } from "./record/load.js";
import { Panels } from "./record/panels.js";
import { preparePaper } from "./record/paper.js";
import { offerAdding, showProposal } from "./record/proposal.js";
import { hiddenParts } from "./record/parts.js";
import { bundled } from "./record/reading.js";
import { toggleSource } from "./record/sources.js";
import { looking } from "./record/view.js";
import { Viewer } from "./record/viewer.js";

/** @typedef {import("../endpoint/session.js").Session} Session */
/** @typedef {import("./record/view.js").View} View */
/** @typedef {import("./record/load.js").Use} Use */
/** @typedef {import("./record/load.js").Loaded} Loaded */

const STEPS = ["asked", "agreed", "received", "decrypting"];
/** Places that hold something of the record, besides the boxes. */
const FILLED = ["record-name", "record-identity", "record-opened", "record-tabs", "record-panels", "record-hidden", "trend-title"];
/** How often a reader's page asks whether it may still show what it shows. */
const RECHECK = 60_000;

class RecordPage {
  /** @param {Session} session @param {HTMLElement} article */
  constructor(session, article) {
    this.session = session;
    this.article = article;
    const { mode, owner, member, record } = article.dataset;
    /** @type {Use} */
    this.use = { mode: /** @type {Use["mode"]} */ (mode), owner, member, record };
    this.place = byId("record-state");
    /** @type {Loaded | null} */
    this.loaded = null;
    this.watching = false;
    this.shut = false;
    onChange((change) => this.sessionChanged(change));
    this.viewer = new Viewer(session);
    this.panels = new Panels(this.askAt);
    this.finder = new Finder((query) => this.find(query));
    preparePaper(article);
    onAction(article, { print: async () => { await this.panels.settled(); print(); }, download: (button) => this.download(button), view: (button) => this.look(button), source: toggleSource, bundle: () => void this.takeAlong() });
  }

  /** Fetch, open, read, show. */
  async start() {
    const state = loading(this.place, { steps: STEPS });
    const views = await listed(this.session, this.use);
    if (!views.length) return this.refused();
    const loaded = await load(this.session, this.use, views, (step, detail) => {
      note(step);
      if (STEPS.includes(step)) state.step(step, this.stepWords(step, detail));
    });
    // Locked meanwhile: what was opened is dropped, and opened anew with the keys.
    this.shut = !this.session.isOpen;
    if (this.shut) return undefined;
    this.loaded = loaded;
    if (!this.loaded.view.records.length) return this.nothing();
    state.done();
    // Boxes are fitted to the screen, so they must be on it.
    show(this.article);
    show(byId("record-waiting"), false);
    await this.draw(this.loaded.view);
    note("shown");
    if (loaded.view.away.length) failed(pageState(), notNow(), () => this.again());
    if (this.use.mode === "reader" && this.loaded) await Promise.all([this.watch(), offerAdding(String(this.use.owner))]);
    if (this.use.mode === "proposal") await showProposal(this.session, String(this.use.record));
    return undefined;
  }

  /** All of it anew, with what could not be opened before. */
  again() {
    this.loaded = null;
    this.clear();
    this.start().catch((error) => failed(pageState(), error, () => this.again()));
  }

  /** What is locked is not there at all; it is opened anew with the keys. @param {import("../endpoint/session.js").Change} change */
  sessionChanged(change) {
    if ((change === "locked" || change === "ended") && this.loaded) {
      this.loaded = null;
      this.shut = true;
      this.clear();
    } else if (change === "opened" && this.shut) {
      this.shut = false;
      this.start().catch((error) => failed(pageState(), error, () => this.start()));
    }
  }

  /** Nothing of the record stays in the page. */
  clear() {
    this.viewer.close();
    show(this.article, false);
    show(byId("record-waiting"));
    this.finder.clear();
    for (const id of FILLED) byId(id).replaceChildren();
    for (const box of this.article.querySelectorAll("[data-box]")) fill(/** @type {HTMLElement} */ (box), { count: "", body: "" });
    fill(byId("trend"), { unit: "", chart: "" });
    show(byId("trend"), false);
    document.title = byId("record-waiting").textContent ?? "";
  }

  /** @param {string} step @param {any} [detail] @returns {{done?: number, total?: number, label?: string}} */
  stepWords(step, { nodes, of, octets, done, total } = {}) {
    if (step === "agreed" && of) return { label: t("record.agreed", { n: nodes }) };
    if (step === "received" && octets) return { label: t("record.received", { size: size(octets) }) };
    return { done, total };
  }

  /** Nothing is shared; what was opened here before is asked for again, so that the answer is the nodes' own. */
  async refused() {
    const name = await openedBefore(this.session, this.use);
    return name === null ? this.nothing() : this.close(t("record.refused", { name, time: dateTime(new Date()) }));
  }

  /** There is nothing to open: each use has its own words. */
  async nothing() {
    show(this.article, false);
    show(byId("record-waiting"), this.use.mode === "own");
    if (this.use.mode === "own") return empty(this.place, "t-own-empty");
    if (this.use.mode === "proposal") return empty(this.place, "t-proposal-gone");
    const state = clone(this.use.mode === "reader" ? "t-nothing-shared" : "t-sees-nothing");
    if (this.use.mode === "see-as") fill(state, { title: t("record.sees-nothing", { name: await viewerOf(this.session, this.use) }) });
    else slot(state, "ask").setAttribute("href", `${slot(state, "ask").getAttribute("href")}?owner=${this.use.owner}`);
    this.place.replaceChildren(state);
    show(this.place);
    return undefined;
  }

  /** @returns {string | null} where to ask for more; only readers ask */
  get askAt() {
    return this.use.mode === "reader" ? `/ask?owner=${this.use.owner}` : null;
  }

  /** @param {View} view */
  async draw(view) {
    showHead(view);
    this.panels.draw(view);
    const closed = view.mode !== "own" && view.hidden.length > 0;
    byId("record-hidden").replaceChildren(...(closed ? [hiddenParts(view, view.hidden, this.askAt)] : []));
    await this.drawBoxes(view);
  }

  /** @param {View} view */
  async drawBoxes(view) {
    const told = await drawBoxes(this.article, view, () => this.loaded?.view === view);
    if (told) this.finder.tell(...told);
  }

  /** What was looked for, in every box and every tab. @param {import("../reader/filter.js").Query} query */
  find(query) {
    if (!this.loaded) return;
    const view = looking(this.loaded.view, query);
    this.loaded.view = view;
    this.panels.refill(view);
    void this.drawBoxes(view);
  }

  /** Remember this visit, then ask from time to time whether all of it is still shared. */
  async watch() {
    await noteVisit(this.session, String(this.use.owner), this.loaded?.listed ?? []);
    if (this.watching) return;
    this.watching = true;
    setInterval(() => void this.recheck(), RECHECK);
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") void this.recheck(); });
  }

  /** A page that cannot ask stays as it is: it shows what it was given. */
  async recheck() {
    if (!this.loaded?.view.records.length || !this.session.isOpen) return;
    const views = await listed(this.session, this.use).catch(() => null);
    if (views === null || !this.loaded) return;
    const { fewer, gone } = withdraw(this.loaded.view, views);
    if (gone.length) this.shrink(fewer, gone);
  }

  /** @param {View} fewer what is left @param {string[]} gone parts that were taken back */
  shrink(fewer, gone) {
    // It may be a file of what was taken back.
    this.viewer.close();
    const now = new Date();
    const { view } = /** @type {Loaded} */ (this.loaded);
    if (!fewer.records.length) return this.close(t("record.taken-back", { name: nameIn(view), time: dateTime(now) }));
    /** @type {Loaded} */ (this.loaded).view = fewer;
    void this.draw(fewer);
    const sentence = t("record.less", { time: time(now), parts: listed_(gone.map(partName)) });
    byId("record-changed").textContent = sentence;
    show(byId("record-changed"));
    return announce(sentence);
  }

  /** Taken back: one sentence, and nothing of the record stays in the page. @param {string} title */
  close(title) {
    this.loaded = null;
    const state = clone("t-taken-back", { title });
    this.article.replaceChildren();
    show(this.article, false);
    show(byId("record-waiting"), false);
    this.place.replaceChildren(state);
    show(this.place);
    slot(state, "title").focus();
  }

  /** @param {HTMLElement} button of a file that belongs to a part */
  look(button) {
    const { view, owners } = /** @type {Loaded} */ (this.loaded);
    const { record = "", partition = "", number } = button.dataset;
    const facts = view.records.find((one) => one.record === record)?.parts.get(partition)?.facts ?? [];
    const attachment = facts.find((fact) => String(fact.attachment?.number) === number)?.attachment;
    const owner = owners.get(record);
    if (attachment && owner) void this.viewer.open({ owner, record, partition, purpose: view.purpose, attachment, proposed: this.use.mode === "proposal" });
  }

  /** Everything that is open here as one FHIR file, once somebody said yes to its leaving. */
  async takeAlong() {
    const sure = await confirm({ template: "t-bundle-leaves", title: t("record.bundle-title"), yes: t("record.bundle-yes"), no: t("record.bundle-no") });
    if (!sure || !this.loaded) return;
    const now = new Date();
    try {
      const text = await bundled(this.loaded.view.records, now);
      save(`health-record-${now.toISOString().slice(0, 10)}.json`, new Blob([text], { type: "application/fhir+json" }));
      announce(t("record.bundle-saved"));
    } catch (error) {
      failed(pageState(), error, () => this.takeAlong());
    }
  }

  /** @param {HTMLElement} button of one of the owner's own records */
  async download(button) {
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    announce(t("record.downloading"));
    try {
      const file = await fetchOriginal(this.session, String(button.dataset.record));
      if (file) save(file.name, file.blob);
      else button.replaceWith(el("span", { role: "status" }, t("record.no-original")));
    } catch (error) {
      failed(pageState(), error, () => this.download(button));
    } finally {
      button.removeAttribute("aria-disabled");
    }
  }
}

/** On the page's timeline, for whoever measures where the time goes. @param {string} step */
const note = (step) => performance.mark(`record-${step}`);

/** @param {string} name @param {Blob} blob */
function save(name, blob) {
  const address = URL.createObjectURL(blob);
  const link = el("a", { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), RECHECK);
}

await startPage(async ({ session }) => {
  const page = new RecordPage(session, byId("record"));
  try {
    await page.start();
  } catch (error) {
    page.place.replaceChildren();
    throw error;
  }
}, { needs: "session" });
