/** The page of requests: who waits, and what was answered. @module */
import { check, list } from "../endpoint/requests.js";
import { byId, clone, show, slot } from "../ui/dom.js";
import { dateTime } from "../ui/format.js";
import { t } from "../ui/messages.js";
import { startPage } from "../ui/page.js";
import { ordered, partChip } from "../ui/parts.js";
import { avatar } from "../ui/people.js";
import { loading, pageState } from "../ui/states.js";
import { certifiedBriefly } from "./shared/certified.js";
import { sendWaiting } from "./sharing/pending.js";
import { purposeWord, roleWord } from "./sharing/words.js";

/** @typedef {import("../endpoint/requests.js").KeyRequest} KeyRequest */
/** @typedef {import("../endpoint/requests.js").Checked} Checked */
/** @typedef {import("../endpoint/session.js").Session} Session */
/** A request that waits, and what stands for the asker's certificate. @typedef {{checked: Checked, certified: HTMLElement | ""}} Waiting */

void startPage(main, { needs: "session", role: "owner" });

/** @param {{session: Session}} page */
async function main({ session }) {
  const state = loading(pageState(), { title: t("requests.loading") });
  try {
    await sendWaiting(byId("pending-note"), session, () => draw(session));
    await draw(session);
  } finally {
    state.done();
  }
}

/** @param {Session} session */
async function draw(session) {
  const { incoming } = await list(session);
  const pending = incoming.filter((one) => one.state === "pending");
  drawWaiting(await Promise.all(pending.map((one) => look(session, one))));
  drawAnswered(incoming.filter((one) => one.state !== "pending"));
}

/**
 * Who they are, and whether their role is certified.
 * @param {Session} session @param {KeyRequest} request
 * @returns {Promise<Waiting>}
 */
async function look(session, request) {
  const asker = { member: request.asker, role: request.asker_role };
  const [checked, certified] = await Promise.all([check(session, request), certifiedBriefly(session, asker, { sentence: true })]);
  return { checked, certified: checked.problem ? "" : certified };
}

/** @param {Waiting[]} waiting */
function drawWaiting(waiting) {
  const place = byId("waiting");
  if (waiting.length === 0) return place.replaceChildren(clone("t-nobody"));
  place.replaceChildren(clone("t-waiting-list", { items: waiting.map(card) }));
}

/** @param {Waiting} waiting @returns {HTMLElement} */
function card({ checked: { request, problem }, certified }) {
  const templates = { gone: "t-gone", impostor: "t-not-checked", unsigned: "t-not-checked" };
  const made = clone("t-waiting", {
    ...described(request), name: request.asker_name, reason: request.reason,
    when: t("requests.sent", { purpose: purposeWord(request.purpose), when: dateTime(request.asked) }),
    certified, checked: clone(problem ? templates[problem] : "t-checked"),
  });
  const link = slot(made, "link");
  link.setAttribute("href", `/requests/${request.id}`);
  link.setAttribute("aria-label", t("requests.look", { name: request.asker_name }));
  return made;
}

/** @param {KeyRequest} request */
function described(request) {
  return {
    avatar: avatar(request.asker_name, request.asker_role, 40), role: roleWord(request.asker_role),
    parts: ordered(request.partitions).map(partChip),
  };
}

/** @param {KeyRequest[]} answered */
function drawAnswered(answered) {
  byId("answered").replaceChildren(...answered.map((request) => {
    const made = clone("t-answered", {
      ...described(request), link: request.asker_name, state: clone(`t-${request.state}`),
      when: request.answered === null ? "" : dateTime(request.answered),
    });
    slot(made, "link").setAttribute("href", `/requests/${request.id}`);
    return made;
  }));
  show(byId("answered-section"), answered.length > 0);
}
