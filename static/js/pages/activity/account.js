/** Events of the account itself, and those that nothing else knows. @module */
import { entry, listed, text } from "./entry.js";

/** @typedef {import("./entry.js").Entry} Entry */
/** @typedef {import("./entry.js").Event} Event */
/** @typedef {import("./entry.js").Line} Line */

/** Events whose title says all; true: the administrator's. */
const PLAIN = new Map(Object.entries({
  registered: false, confirmed: false, activated: true, suspended: true, departed: true, authorised: true,
  "application-forgotten": true, "password-changed": false, "recovery-renewed": false, "recovery-used": false,
  "signed-out-everywhere": false, registration: false, "second-factor-set": false, "second-factor-removed": false,
  "second-factor-reset": true, "backup-codes-renewed": false, "backup-code-used": false, "integrity-closed": true,
  credential: false, "emergency-reviewed": false,
  enrolled: true, "left-organisation": true, "code-issued": false, "code-withdrawn": false, "staff-removed": false,
  "guardian-invited": false, "guardian-asked": false, "guardian-accepted": false, "guardian-ended": false,
  "hand-over-offered": false, "hand-over-withdrawn": false, "handed-over": false, "dependant-handed-over": false, "caring-ended": false,
  "guardian-began": false, "guardian-acts": false, "dependant-added": false, "dependant-ended": false,
}));

/** What a guardian does for somebody, as the event names it; anything else is told in general. */
const ACTS = new Set(["deposit", "list", "open", "request", "decline", "keys"]);

/** What a recovery code was used for. */
const USES = new Map([["sign-in", "act.recovery.sign-in"], ["second-factor", "act.recovery.second-factor"]]);

/**
 * @param {Event[]} group
 * @param {string} me
 * @returns {Entry}
 */
export function accountEntry(group, me) {
  const [{ type, told }] = group;
  if (type === "integrity") return warning(group, me);
  if (type === "departure-of") {
    return entry(group, { kind: "sharing", who: text(told.user), title: { words: "act.left" }, lines: [{ words: "act.left-text" }] });
  }
  if (type === "keys-changed-of") {
    return entry(group, { kind: "sharing", who: text(told.user), title: { words: "act.new-keys" }, lines: [{ words: "act.new-keys-text" }] });
  }
  if (type === "leaver") return leaver(group);
  if (type === "registration" && told.changed === true) {
    return entry(group, { kind: "account", title: { words: "act.account.keys-changed" }, lines: [{ words: "act.keys-changed-text" }] });
  }
  const official = PLAIN.get(type);
  if (official === undefined) return entry(group, { kind: "other", title: { words: "act.other", values: { type } } });
  const who = type === "handed-over" ? me : actor(type, told, official);
  const parts = type === "registration" ? listed(told.partitions).map(text).filter((part) => part !== "original") : [];
  const title = { words: `act.account.${type === "registration" && parts.length === 0 ? "keys" : type}` };
  return entry(group, { kind: "account", who, parts, title, lines: details(type, told) });
}

/** @param {string} type @param {Record<string, any>} told @param {boolean} official @returns {string} who did it */
function actor(type, told, official) {
  if (text(told.guardian)) return text(told.guardian);
  const byMember = type === "guardian-asked" || type === "dependant-ended";
  if (byMember) return text(told.by) || "account";
  return official || told.by !== undefined ? "administrator" : "account";
}

/** @param {string} type @param {Record<string, any>} told @returns {Line[]} */
function details(type, told) {
  if (text(told.organisation)) return [{ words: "act.organisation", quote: told.organisation }, ...named(told)];
  if (type === "guardian-acts") return [{ words: `act.acts.${ACTS.has(text(told.action)) ? told.action : "other"}` }];
  if (text(told.checked)) return [{ words: "act.checked", quote: told.checked }];
  if (type === "handed-over") return listed(told.guardians).map((one) => ({ words: "act.no-guardian", member: text(one) }));
  if (type === "recovery-used") return [{ words: USES.get(text(told.purpose)) ?? "act.recovery.replace" }];
  if (type === "backup-code-used") return [{ words: "act.codes-left", values: { n: Number(told.left) } }];
  if (type === "password-changed") return [{ words: told.proof === "recovery" ? "act.proof.recovery" : "act.proof.password" }];
  return [];
}

/** @param {Record<string, any>} told @returns {Line[]} for whom a code is */
function named({ name }) {
  return text(name) ? [{ words: "act.code-for", quote: name }] : [];
}

/** @param {Event[]} group @returns {Entry} somebody with whom one shares left an organisation */
function leaver(group) {
  const [{ told }] = group;
  const lines = [{ words: "act.organisation", quote: text(told.organisation) }, { words: told.ended ? "act.leaver-ended" : "act.leaver-stays" }];
  return entry(group, { kind: "sharing", who: text(told.user), title: { words: "act.leaver" }, lines });
}

/** @param {Event[]} group @param {string} me @returns {Entry} something was not what was signed */
function warning(group, me) {
  const [{ told }] = group;
  const who = text(told.reported_by);
  const parts = text(told.partition) ? [told.partition] : [];
  /** @type {Line[]} */
  const lines = [{ words: told.reason === "activity" ? "act.integrity-log" : "act.integrity-text" }];
  if (Number.isSafeInteger(told.node)) lines.push({ words: "act.integrity-node", values: { index: told.node } });
  return entry(group, { kind: "warning", who: who || me, parts, title: { words: "act.integrity" }, lines });
}
