/** All lists of the owner, newest first: when each was signed and what it changed. @module */
import { allLists } from "../../endpoint/lists.js";
import { clone, el, slot } from "../../ui/dom.js";
import { dateTime } from "../../ui/format.js";
import { icon } from "../../ui/icons.js";
import { t } from "../../ui/messages.js";
import { partName } from "../../ui/parts.js";
import { lastDay, roleName } from "./words.js";

/** @typedef {import("../../endpoint/lists.js").Line} Line */
/** @typedef {import("../../endpoint/lists.js").Listed} Listed */
/** @typedef {import("../../endpoint/session.js").Session} Session */
/** @typedef {import("./load.js").Scene} Scene */

/**
 * @param {Session} session @param {Scene} scene
 * @returns {Promise<HTMLElement>} every list, verified
 * @throws {import("../../endpoint/errors.js").Integrity} a list is missing or not as it was signed
 */
export async function earlier(session, scene) {
  const lists = await allLists(session);
  if (lists.length === 0) return clone("t-no-lists");
  const newest = lists.length;
  const rows = lists.toReversed().map((one) => row(scene, one, one.seq === newest));
  return clone("t-lists", { verified: t("lists.verified", { n: newest }), items: rows });
}

/** @param {Scene} scene @param {Listed} list @param {boolean} inForce @returns {HTMLElement} */
function row(scene, { seq, signed, added, removed }, inForce) {
  const made = clone("t-list", { title: t("lists.title", { n: seq, date: dateTime(signed) }) });
  if (inForce) slot(made, "state").append(clone("t-list-in-force"));
  const lines = [...removed.map((one) => line(scene, one, "removed")), ...added.map((one) => line(scene, one, "added"))];
  slot(made, "lines").append(...(lines.length ? lines : [el("li", {}, t("lists.nothing"))]));
  return made;
}

/** @param {Scene} scene @param {Line} one @param {"added" | "removed"} sign @returns {HTMLElement} */
function line(scene, one, sign) {
  return el("li", { class: `lists__line lists__line--${sign}` }, icon(sign === "added" ? "plus" : "minus", 16),
    el("span", {}, t(`lists.${sign}`, { what: lineWords(scene, one) })));
}

/** @param {Scene} scene @param {Line} line @returns {string} */
function lineWords({ people }, { who, partition, kind, until }) {
  const name = who.member === undefined
    ? roleName({ role: String(who.role) })
    : (people.get(who.member)?.name ?? t("sharing.unknown"));
  const given = { who: name, part: partName(partition) };
  if (kind !== "grant") return t(`lists.${kind}`, given);
  return until === null ? t("lists.endless", given) : t("lists.until", { ...given, date: lastDay(until) });
}
