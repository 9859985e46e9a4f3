/** Saving the changes: the question before taking back, the next list, and what became of it. @module */
import { requireKeys } from "../../endpoint/dealing.js";
import { EndpointError, Impostor } from "../../endpoint/errors.js";
import { applied, overtaken } from "../../endpoint/matrix.js";
import { pin } from "../../endpoint/people.js";
import { change } from "../../endpoint/sharing.js";
import { confirm } from "../../ui/dialog.js";
import { clone, el, onAction } from "../../ui/dom.js";
import { t } from "../../ui/messages.js";
import { partName } from "../../ui/parts.js";
import { nameOf, sentence } from "./changes.js";
import { confirmedWords, lastDay, now } from "./words.js";

/** @typedef {import("../../endpoint/matrix.js").CellChange} CellChange */
/** @typedef {import("../../endpoint/session.js").Session} Session */
/** @typedef {import("../../endpoint/sharing.js").Outcome} Outcome */
/** @typedef {import("./draft.js").Draft} Draft */
/** @typedef {import("./load.js").Scene} Scene */

/** Another device changed the same cells since they were shown. */
export class Overtaken extends EndpointError {
  /** @override */
  name = "Overtaken";

  constructor() {
    super("overtaken");
  }
}

/**
 * Ask before anything is taken back.
 * @param {Scene} scene @param {Draft} draft @returns {Promise<boolean>}
 */
export async function sure(scene, draft) {
  const taken = draft.changes.filter((one) => one.take);
  if (taken.length === 0) return true;
  const list = taken.map((one) => el("li", {}, sentence(scene, one)));
  return confirm({
    template: "t-sure", title: t("save.sure", { n: taken.length }), danger: true,
    yes: t("save.sure-yes", { n: draft.changes.length }), no: t("save.sure-no"), slots: { items: list },
  });
}

/**
 * Put the changes in force, all of them in one list or none.
 * @param {Session} session @param {Scene} scene @param {Draft} draft
 * @returns {Promise<Outcome>}
 * @throws {Overtaken} nothing was changed @throws {Impostor} other keys than when it was chosen: nothing was
 *   changed or pinned; and as sharing.change does
 */
export async function save(session, scene, draft) {
  const given = draft.changes.filter((one) => !one.take);
  requireKeys(scene.own, given.map((one) => one.partition));
  for (const { member, key, role } of given) {
    // Who has a role the nodes find out: there is no key of theirs to be compared.
    if (role) continue;
    const { found, login } = scene.people.get(member) ?? {};
    // A key that came after the change was chosen is nobody's that the person at the screen has seen.
    if (found && found.key !== key) throw new Impostor(member);
    if (found) await pin(session, found, login ?? draft.people.find((one) => one.member === member)?.login ?? null);
  }
  return change(session, (present) => {
    if (overtaken(draft.changes, draft.base, present, now()).length) throw new Overtaken();
    return applied(present, draft.changes);
  });
}

/**
 * What became of it, with the receipts; one that too few nodes confirmed is not shown as in force.
 * @param {Scene} scene @param {readonly CellChange[]} changes @param {Outcome} outcome
 * @param {() => unknown} again collects the receipts anew
 * @returns {HTMLElement}
 */
export function result(scene, changes, { receipts }, again) {
  const confirmed = confirmedWords(receipts);
  if (!receipts.effective) {
    const waiting = clone("t-unconfirmed", { confirmed });
    onAction(waiting, { again });
    return waiting;
  }
  const done = changes.map((one) => el("li", {}, doneWords(scene, one)));
  return clone("t-saved", { title: t("save.done", { n: changes.length }), items: done, confirmed });
}

/** @param {Scene} scene @param {CellChange} change @returns {string} */
function doneWords(scene, change) {
  const { role, partition, take, until } = change;
  const [name, part] = [nameOf(scene, change), partName(partition)];
  if (role) return roleWords(name, part, change);
  if (take) return t("save.takes", { name, part });
  return until === null ? t("save.shares-endless", { name, part }) : t("save.shares", { name, part, date: lastDay(until) });
}

/** @param {string} who @param {string} part @param {CellChange} change @returns {string} */
function roleWords(who, part, { take, until }) {
  if (take) return t("byrole.saved-take", { who, part });
  return until === null ? t("byrole.saved-endless", { who, part }) : t("byrole.saved-share", { who, part, date: lastDay(until) });
}
