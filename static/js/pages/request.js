/** The page of one request: check it, let the owner answer, say what became of it. @module */
import { Impostor } from "../endpoint/errors.js";
import { change } from "../endpoint/sharing.js";
import { byId, clone, onAction, show, slot } from "../ui/dom.js";
import { dateTime } from "../ui/format.js";
import { t } from "../ui/messages.js";
import { startPage } from "../ui/page.js";
import { partName, partTile } from "../ui/parts.js";
import { failed, loading, pageState } from "../ui/states.js";
import { answerForm, refuse } from "./request/form.js";
import { gather, openTo } from "./request/facts.js";
import { openItems, recordsWords } from "./request/sum.js";
import { whoCard } from "./request/who.js";
import { impostor, showStop } from "./sharing/compare.js";
import { sendWaiting } from "./sharing/pending.js";
import { confirmedWords, untilWords } from "./sharing/words.js";

/** @typedef {import("./request/facts.js").Facts} Facts */
/** @typedef {import("./request/form.js").Limits} Limits */
/** @typedef {import("../endpoint/session.js").Session} Session */
/** @typedef {import("../endpoint/sharing.js").Outcome} Outcome */

void startPage(main, { needs: "session", role: "owner" });

/** @param {{session: Session}} page */
async function main({ session }) {
  const state = loading(pageState(), { title: t("request.loading") });
  try {
    const redraw = async () => draw(session, await gather(session, location.pathname.split("/").filter(Boolean).at(-1) ?? ""));
    await sendWaiting(byId("pending-note"), session, redraw);
    await redraw();
  } finally {
    state.done();
  }
}

/** @param {Session} session @param {Facts} facts */
function draw(session, facts) {
  const { request, problem } = facts.checked;
  titled(t("request.title", { name: request.asker_name }));
  const place = byId("request");
  if (request.state !== "pending") place.replaceChildren(answered(facts));
  else if (problem) place.replaceChildren(closed(session, facts));
  else place.replaceChildren(answerForm(session, facts, then(session, facts)));
}

/** @param {string} words */
function titled(words) {
  byId("title").textContent = words;
  document.title = document.title.replace(/^.*?(?= - SeSPHR$)/, () => words);
}

/** @param {Session} session @param {Facts} facts @returns {import("./request/form.js").Then} */
function then(session, facts) {
  const name = facts.checked.request.asker_name;
  return {
    approved: (outcome, limits) => finished(session, facts, outcome, limits),
    refused: () => {
      countDown();
      concluded(clone("t-refused", { text: t("request.refused-text", { name }) }));
    },
    stopped: (error) => {
      if (error instanceof Impostor) showStop(byId("request"), impostor(name, error.member));
      else failed(byId("request"), error);
    },
  };
}

/** @param {Session} session @param {Facts} facts @param {Outcome} outcome @param {Limits} limits */
function finished(session, facts, outcome, limits) {
  const { request } = facts.checked;
  const confirmed = confirmedWords(outcome.receipts);
  if (!outcome.receipts.effective) return concluded(unconfirmed(session, facts, limits, confirmed));
  const words = { name: request.asker_name, until: untilWords(limits.until), records: recordsWords(facts, limits.history) };
  const made = clone("t-done", {
    title: t("request.done-title", words), text: t("request.done-text", words), parts: openItems(limits.partitions), confirmed,
  });
  slot(made, "manage").setAttribute("href", manage(request.asker, made));
  countDown();
  concluded(made);
}

/** @param {string} member @param {HTMLElement} root @returns {string} the matrix at their row */
function manage(member, root) {
  return `${slot(root, "manage").getAttribute("href")}#m-${member}`;
}

/**
 * Too few receipts: the list stands as it is, and its receipts are collected anew.
 * @param {Session} session @param {Facts} facts @param {Limits} limits @param {string} confirmed
 */
function unconfirmed(session, facts, limits, confirmed) {
  const made = clone("t-unconfirmed", { confirmed });
  onAction(made, {
    again: async () => {
      try {
        finished(session, facts, await change(session, (rules) => rules, [facts.checked.request.id]), limits);
      } catch (error) {
        failed(byId("request"), error, () => concluded(made));
      }
    },
  });
  return made;
}

/** One request less waits: the navigation says so at once. */
function countDown() {
  const place = document.querySelector('[data-nav="requests"] .count');
  const shown = place?.querySelector("[data-count]");
  if (!place || !shown) return;
  const n = Math.max(0, Number(shown.textContent) - 1);
  shown.textContent = String(n);
  if (shown.nextElementSibling) shown.nextElementSibling.textContent = t("request.still-waiting", { n });
  show(place, n > 0);
}

/** @param {HTMLElement} state */
function concluded(state) {
  byId("pending-note").replaceChildren();
  byId("request").replaceChildren(state);
  slot(state, "title").focus();
}

/** @param {Facts} facts @returns {HTMLElement} what was answered, and what they can read now */
function answered(facts) {
  const { request } = facts.checked;
  const when = request.answered === null ? "" : dateTime(request.answered);
  const who = whoCard(facts);
  if (request.state === "declined") return clone("t-answered-declined", { who, when: t("request.declined-when", { when }) });
  const open = openTo(facts.head, request.asker);
  const items = open.map(({ partition, cell }) => clone("t-sum-part", {
    tile: partTile(partition, 28), name: t("request.part-until", { part: partName(partition), until: untilWords(cell.until) }),
  }));
  const now = t(open.length ? "request.reads-now" : "request.reads-nothing", { name: request.asker_name });
  const made = clone("t-answered-approved", { who, when: t("request.approved-when", { when }), now, parts: items });
  slot(made, "manage").setAttribute("href", manage(request.asker, made));
  return made;
}

/** @param {Session} session @param {Facts} facts @returns {HTMLElement} a request that cannot be approved, and why */
function closed(session, facts) {
  const { request, problem } = facts.checked;
  const stop = problem === "impostor" ? impostor(request.asker_name, request.asker)
    : problem === "gone" ? clone("t-gone") : clone("t-unsigned", { detail: `${request.id} ${request.asker}` });
  const made = clone("t-closed-request", { stop, who: whoCard(facts) });
  onAction(made, { refuse: () => refuse(request, then(session, facts), made) });
  return made;
}
