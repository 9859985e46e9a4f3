/** The owner's home: what needs her, what she has and who sees it, what happened last. @module */
import { list as listProposals } from "../endpoint/proposals.js";
import { readReaders } from "../endpoint/readers.js";
import { list as listRecords } from "../endpoint/records.js";
import { list as listRequests } from "../endpoint/requests.js";
import { waits } from "../endpoint/sharing.js";
import { byId, clone, show } from "../ui/dom.js";
import { setCount } from "../ui/header.js";
import { t } from "../ui/messages.js";
import { filled, startPage } from "../ui/page.js";
import { failed, loading, report } from "../ui/states.js";
import { departures } from "./home/departures.js";
import { drawLeavers } from "./home/leavers.js";
import { drawNeeds, proposalNeed, recoveryNeed, requestNeed, sharingNeed } from "./home/needs.js";
import { noticeNeeds } from "./home/notices.js";
import { drawParts, markLeft } from "./home/part-cards.js";
import { drawRecent } from "./home/recent.js";
import { showOnItsWay } from "./shared/on-its-way.js";

/** @typedef {import("../endpoint/session.js").Session} Session */
/** @typedef {import("../endpoint/requests.js").KeyRequest} KeyRequest */
/** @typedef {import("./home/needs.js").Need} Need */

const TITLE = /^(?:Dr|Prof|Professor|Mr|Mrs|Ms|Miss|Sir|Dame)\.?$/;
const [MORNING, NOON, EVENING] = [4, 12, 18];

void startPage(({ session }) => new Home(session).start(), { needs: "session", role: "owner" });

class Home {
  /** @param {Session} session */
  constructor(session) {
    this.session = session;
    /** @type {Need[]} */
    this.needs = [];
    this.onItsWay = 0;
    /** Who left, and when. @type {Map<string, number>} */
    this.left = new Map();
    /** How those are called who left lately. @type {import("../endpoint/peoplenames.js").Names} */
    this.names = {};
    /** How many people and groups see something; null until that is known. @type {number | null} */
    this.seenBy = null;
  }

  async start() {
    byId("greeting").textContent = greeting(this.session.me.name);
    const parts = this.loadParts();
    const leavers = this.optional(drawLeavers(this.session), {}).then((names) => { this.names = names; this.markLeft(); });
    const recent = this.loadNeeds().then((requests) => { void parts.then(filled, filled); return this.loadRecent(requests); });
    await Promise.all([parts, recent, leavers]);
  }

  /** @returns {Promise<KeyRequest[]>} */
  async loadNeeds() {
    this.onItsWay = await this.optional(showOnItsWay(byId("waiting-place"), this.session, { onDone: () => this.arrived() }), 0);
    /** @type {KeyRequest[]} */
    const incoming = await this.optional(listRequests(this.session).then((found) => found.incoming), []);
    const pending = incoming.filter(({ state }) => state === "pending");
    const added = await this.optional(listProposals().then((found) => found.incoming), []);
    this.needs = [...pending.map(requestNeed), ...added.map(proposalNeed)];
    if (await this.optional(waits(this.session), false)) this.needs.push(sharingNeed());
    this.needs.unshift(...(await this.optional(noticeNeeds(), [])));
    setCount("requests", pending.length);
    this.draw();
    return incoming;
  }

  /** What fails here is said by the cards, which ask the same servers. @template T @param {Promise<T>} work @param {T} otherwise @returns {Promise<T>} */
  async optional(work, otherwise) {
    try {
      return await work;
    } catch (error) {
      report(error);
      return otherwise;
    }
  }

  async loadParts() {
    const { session } = this;
    const place = byId("parts-state");
    const state = loading(place, { title: t("home.loading") });
    try {
      const [records, readers] = await Promise.all([listRecords(session, { owner: session.me.id }), readReaders(session)]);
      state.done();
      this.seenBy = readers.everybody.length;
      if (records.length) drawParts(byId("parts"), records, readers);
      else byId("parts").replaceChildren(clone("t-no-records"));
      this.markLeft();
      show(byId("whole-record"), records.length > 0);
      this.draw();
    } catch (error) {
      report(error);
      failed(place, error, () => this.loadParts());
    }
  }

  /** What is known by now of those who left. */
  markLeft() {
    markLeft(byId("parts"), this.left, this.names);
  }

  /** Nothing is on its way any more. */
  arrived() {
    this.onItsWay = 0;
    this.draw();
    void this.loadParts();
  }

  /** @param {KeyRequest[]} requests */
  async loadRecent(requests) {
    const events = await drawRecent(this.session, requests);
    this.left = departures(events, this.session.deployment);
    this.markLeft();
    const need = recoveryNeed(events);
    if (!need) return;
    this.needs.push(need);
    this.draw();
  }

  draw() {
    drawNeeds(this.needs);
    const n = this.needs.length + this.onItsWay;
    const seen = this.seenBy === null ? [] : [this.seenBy ? t("home.seen", { n: this.seenBy }) : t("home.seen.none")];
    byId("home-lead").textContent = [...(n ? [t("home.needs", { n })] : []), ...seen].join(" ");
  }
}

/** @param {string} name @param {Date} [now] @returns {string} */
function greeting(name, now = new Date()) {
  const [first = name, ...rest] = name.split(/\s+/);
  const hour = now.getHours();
  const part = hour >= MORNING && hour < NOON ? "morning" : hour >= NOON && hour < EVENING ? "afternoon" : "evening";
  return t(`home.${part}`, { name: TITLE.test(first) && rest.length ? name : first });
}
