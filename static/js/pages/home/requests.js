/** My own requests as cards: whom I asked, for what, and what became of it. @module */

import { asked } from "../../endpoint/requests.js";
import { clone, slot } from "../../ui/dom.js";
import { dateTime } from "../../ui/format.js";
import { t, worded } from "../../ui/messages.js";
import { ordered, partChip } from "../../ui/parts.js";

/** @typedef {import("../../endpoint/requests.js").KeyRequest} KeyRequest */
/** @typedef {import("../../endpoint/session.js").Session} Session */
/** How people were named when they were asked or shared, by member id. @typedef {Record<string, string>} Names */

/**
 * Names of those who share, addresses of those who were asked from here; nothing of anybody else.
 * @param {Session} session @param {import("../../endpoint/records.js").RecordView[]} views
 * @returns {Promise<Names>}
 */
export async function names(session, views) {
  return { ...(await asked(session)), ...Object.fromEntries(views.map(({ owner, owner_name: name }) => [owner, name])) };
}

/** @param {string} address @param {string} kind of template @param {string} label */
function link(address, kind, label) {
  const made = clone(`t-request-${kind}`);
  slot(made, "link").setAttribute("href", address);
  slot(made, "link").setAttribute("aria-label", label);
  return made;
}

/** @param {KeyRequest} request @param {string} who @returns {HTMLElement} what may be done next */
function act(request, who) {
  if (request.state === "approved") return link(`/patients/${request.owner}`, "open", t("asked.open", { who }));
  const parts = request.partitions.map((part) => `part=${encodeURIComponent(part)}`).join("&");
  return link(`/ask?owner=${request.owner}&${parts}`, "again", t("asked.again", { who }));
}

/** @param {KeyRequest} request @param {Names} known @returns {HTMLElement} */
export function requestCard(request, known) {
  const who = known[request.owner] ?? t("asked.somebody");
  const purpose = worded("purpose", request.purpose, "purpose.treatment");
  const answered = request.answered === null ? null : dateTime(request.answered);
  const when = t(answered ? "asked.answered" : "asked.when", { purpose, when: dateTime(request.asked), answered: answered ?? "" });
  const made = clone("t-request", {
    who, state: clone(`t-state-${request.state}`), parts: ordered(request.partitions).map(partChip), reason: request.reason, when,
    act: request.state === "pending" ? "" : act(request, who),
  });
  if (request.state === "pending") slot(made, "act").remove();
  return made;
}
