/**
 * Events as people read them: who, what happened, to which parts, allowed by what.
 *
 * Pure: verified events in, entries out. An event that nothing here knows becomes an entry all the
 * same, since hiding one would make the list a lie.
 * @module
 */
import { accountEntry } from "./account.js";
import { entry, listed, text } from "./entry.js";

/** @typedef {import("../../endpoint/activity.js").Event} Event */
/** @typedef {import("./entry.js").Entry} Entry */
/** @typedef {import("./entry.js").Line} Line */
/** @typedef {import("../../endpoint/rules.js").Rule} Rule */
/** @typedef {import("../../endpoint/requests.js").KeyRequest} KeyRequest */
/** What beside the events tells what allowed something. @typedef {{me: string, rules: Rule[], requests: KeyRequest[]}} Known */

/** What the events themselves tell besides: lists, and changes of keys, oldest first. @typedef {Known & {grants: Event[], changes: Event[]}} Told */

/** Nodes log the same request within a moment of each other. */
const TOGETHER = 300;
/** What somebody added to another's record, and her answer; both are told. */
const ADDED = new Set(["contribution", "accepted", "declined"]);
const OF_ITS_OWN = new Set(["deployment", "source", "member", "number", "time"]);

/**
 * @param {Event[]} events oldest first
 * @param {Known} known
 * @returns {Entry[]} newest first
 */
export function entriesOf(events, known) {
  const groups = merged(events);
  const grants = groups.filter(([first]) => first.type === "acl").map(([first]) => first);
  const changes = events.filter(({ type, told }) => type === "registration" && told.changed === true);
  const acts = events.filter((event) => event.type === "guardian-acts" || event.type === HANDED);
  return groups.flatMap((group) => byGuardian(makeEntries(group, { ...known, grants, changes }), group[0], acts, known.me)).reverse();
}

/** What the portal calls what key nodes tell of. @type {Record<string, string>} */
const ACTS = { access: "open", acl: "list", deposit: "deposit", registration: "keys" };
const HANDED = "handed-over";
/** The portal notes what a guardian is about to do; the nodes do it within so many seconds. */
const SOON = 60;

/**
 * Key nodes know the member alone; the portal noted just before whether a guardian acted.
 * @param {Entry[]} made @param {Event} event @param {Event[]} acts @param {string} me @returns {Entry[]}
 */
function byGuardian(made, { type, source, told, time }, acts, me) {
  const own = source !== "portal" && (type !== "access" || told.user === me);
  if (!own) return made;
  const before = acts.filter((one) => one.time <= time);
  // What came after the account was handed over was no guardian's.
  const since = before.slice(before.findLastIndex((one) => one.type === HANDED) + 1);
  const noted = since.filter((one) => one.told.action === ACTS[type] && time - one.time <= SOON).at(-1);
  if (!noted) return made;
  return made.map((one) => ({ ...one, lines: [...one.lines, { words: "act.by-guardian", member: text(noted.told.guardian) }] }));
}

/**
 * Several key nodes tell of the same: one entry, with each of their proofs.
 * @param {Event[]} events @returns {Event[][]}
 */
export function merged(events) {
  /** @type {Map<string, Event[]>} */
  const open = new Map();
  /** @type {Event[][]} */
  const groups = [];
  for (const event of events) {
    const name = sameness(event);
    const group = open.get(name);
    if (group && event.time - group[0].time <= TOGETHER && !group.some((one) => one.source === event.source)) {
      group.push(event);
    } else {
      const fresh = [event];
      groups.push(fresh);
      open.set(name, fresh);
    }
  }
  return groups;
}

/** @param {Event} event @returns {string} */
function sameness({ source, number, told }) {
  if (!source.startsWith("srs-")) return `${source} ${number}`;
  return JSON.stringify(Object.entries(told).filter(([name]) => !OF_ITS_OWN.has(name)).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** @param {Event[]} group @param {Told} known @returns {Entry[]} */
function makeEntries(group, known) {
  const [{ type }] = group;
  if (type === "access") return accessEntries(group, known);
  if (type === "acl") return sharingEntries(group, known);
  if (type === "deposit") return [depositEntry(group, known)];
  if (ADDED.has(type)) return [addedEntry(group, known)];
  if (type === "key-request") return [requestEntry(group, known)];
  if (type === "consent-code" || type === "emergency") return [visitEntry(group)];
  return [accountEntry(group, known.me)];
}

/** @param {Event[]} group @param {Told} known @returns {Entry[]} what was opened, and what was refused */
function accessEntries(group, known) {
  const [{ told }] = group;
  const items = listed(told.items);
  const [allowed, refused] = [items.filter((one) => one.allowed === true), items.filter((one) => one.allowed !== true)];
  const made = [];
  if (allowed.length) made.push(openedEntry(group, allowed, known));
  if (refused.length || !allowed.length) made.push(refusedEntry(group, refused, known));
  return made;
}

/** @param {any[]} items @returns {string[]} their parts, each once */
const partsOf = (items) => [...new Set(items.map((one) => text(one.partition)))].filter(Boolean);

/** @param {any[]} items @returns {Line[]} over how many records, when it is more than one */
function recordsLine(items) {
  const records = new Set(items.map((one) => one.record)).size;
  return records > 1 ? [{ words: "act.records", values: { n: records } }] : [];
}

/** @param {Event[]} group @param {any[]} items @param {Told} known @returns {Entry} */
function openedEntry(group, items, known) {
  const [{ told, time }] = group;
  const who = text(told.user);
  const count = new Map();
  for (const one of items) count.set(one.partition, (count.get(one.partition) ?? 0) + 1);
  const common = { kind: /** @type {const} */ ("opened"), who, parts: partsOf(items), count };
  if (who === known.me) return entry(group, { ...common, title: { words: "act.opened-own" }, lines: recordsLine(items) });
  const lines = [...purposeLine(told), ...reasonLine(known, who, common.parts, time), allowedBy(known, who, items, time), ...recordsLine(items)];
  return entry(group, { ...common, title: { words: "act.opened" }, lines });
}

/** @param {Record<string, any>} told @returns {Line[]} */
function purposeLine({ purpose }) {
  return text(purpose) ? [{ words: "act.purpose", values: { purpose: text(purpose) } }] : [];
}

/** @param {Known} known @param {string} who @param {string[]} parts @param {number} time @returns {Line[]} why they had asked */
function reasonLine({ requests }, who, parts, time) {
  const asked = requests.filter((one) => one.asker === who && one.state === "approved" && one.asked <= time &&
    one.partitions.some((part) => parts.includes(part)));
  const last = asked.sort((a, b) => a.asked - b.asked).at(-1);
  return last ? [{ words: "act.reason", quote: last.reason }] : [];
}

/**
 * The rule that allowed it: when the owner approved, and until when she does.
 * @param {Told} known @param {string} who @param {any[]} items @param {number} time
 * @returns {Line}
 */
function allowedBy({ grants, rules }, who, items, time) {
  const reason = text(items[0].reason);
  if (reason !== "member-rule") return { words: `act.by.${["role-rule", "code-rule", "emergency-rule"].includes(reason) ? reason : "rule"}` };
  const given = grants.filter((one) => one.time <= time && listed(one.told.granted).some((pair) =>
    pair.user === who && items.some((item) => item.partition === pair.partition))).at(-1);
  const rule = rules.find((one) => items.some((item) => item.rule === one.id));
  if (!given) return { words: "act.by.rule" };
  if (!rule) return { words: "act.by.approval", date: given.time };
  return { words: rule.valid_until === null ? "act.by.approval-open" : "act.by.approval-until", date: given.time, until: rule.valid_until };
}

const WHY = new Set(["deny-rule", "no-rule", "inactive", "credential", "window", "code", "code-tries"]);

/** @param {Event[]} group @param {any[]} items @param {Known} known @returns {Entry} */
function refusedEntry(group, items, known) {
  const [{ told }] = group;
  const who = text(told.user);
  const reasons = [...new Set(items.map((one) => text(one.reason)))];
  /** @type {Line[]} */
  const lines = reasons.map((reason) => ({ words: `act.why.${WHY.has(reason) ? reason : "other"}` }));
  if (Number(told.unknown) > 0) lines.push({ words: "act.unknown", values: { n: Number(told.unknown) } });
  lines.push({ words: "act.saw-nothing" }, ...purposeLine(told));
  return entry(group, { kind: "refused", who, parts: partsOf(items), title: { words: who === known.me ? "act.refused-own" : "act.refused" }, lines });
}

/** @param {Event[]} group @param {Told} known @returns {Entry[]} one for each person concerned */
function sharingEntries(group, known) {
  const [{ told }] = group;
  const made = [
    ...byUser(told.granted).map(([user, parts]) => entry(group, {
      kind: "sharing", who: known.me, other: user, parts, title: { words: "act.shared" }, lines: [standing(known, user, parts)],
    })),
    ...byUser(told.revoked).map(([user, parts]) => entry(group, {
      kind: "sharing", who: known.me, other: user, parts, title: { words: "act.taken-back" }, lines: [{ words: "act.taken-back-text" }],
    })),
    ...byRole(told.roles_granted).map(([role, parts]) => roleEntry(group, known, role, parts, "act.role-shared")),
    ...byRole(told.roles_revoked).map(([role, parts]) => roleEntry(group, known, role, parts, "act.role-taken")),
  ];
  const words = isSignedAnew(group[0], known) ? "act.signed-anew" : "act.limits";
  return made.length ? made : [entry(group, { kind: "sharing", who: known.me, title: { words } })];
}

/**
 * The first list after a change of keys says what the one before said, signed with the new key.
 * @param {Event} list @param {Told} known @returns {boolean}
 */
function isSignedAnew({ time, told }, { grants, changes }) {
  const change = changes.findLast((one) => one.time <= time);
  return change !== undefined && !grants.some((one) => one.time >= change.time && Number(one.told.seq) < Number(told.seq));
}

/** A code that was used, or an emergency that was signed for. @param {Event[]} group @returns {Entry} */
function visitEntry(group) {
  const [{ told, type }] = group;
  /** @type {Line[]} */
  const lines = Number.isSafeInteger(told.until) ? [{ words: "act.visit-until", moment: told.until }] : [];
  if (type === "emergency") lines.unshift({ words: "act.reason", quote: text(told.reason) });
  return entry(group, { kind: "opened", who: text(told.user), title: { words: `act.${type}` }, lines });
}

/** @param {unknown} pairs @returns {[string, string[]][]} partitions by member */
function byUser(pairs) {
  /** @type {Map<string, string[]>} */
  const found = new Map();
  for (const { user, partition } of listed(pairs)) found.set(text(user), [...(found.get(text(user)) ?? []), text(partition)]);
  return [...found];
}

/** @param {unknown} given @returns {[string, string[]][]} partitions by role, whoever certifies it */
function byRole(given) {
  return byUser(listed(given).map(({ role, partition }) => ({ user: role, partition })));
}

/** @param {Event[]} group @param {Known} known @param {string} role @param {string[]} parts @param {string} words @returns {Entry} */
function roleEntry(group, { me }, role, parts, words) {
  return entry(group, {
    kind: "sharing", who: me, parts: [...new Set(parts)], title: { words, values: { role } }, lines: [{ words: `${words}-text` }],
  });
}

/** @param {Known} known @param {string} user @param {string[]} parts @returns {Line} how it stands now */
function standing({ rules }, user, parts) {
  const own = rules.filter((rule) => rule.who.member === user && !rule.deny && rule.actions.includes("read") &&
    rule.partitions.some((part) => parts.includes(part)));
  if (own.length === 0) return { words: "act.no-longer" };
  const open = own.some((rule) => rule.valid_until === null);
  if (open) return { words: "act.now-open" };
  return { words: "act.now-until", until: Math.max(...own.map((rule) => Number(rule.valid_until))) };
}

/** @param {Event[]} group @param {Known} known @returns {Entry} */
function depositEntry(group, { me }) {
  const [{ told }] = group;
  const parts = listed(told.partitions).map(text);
  const later = typeof told.version === "number" && told.version > 1;
  const title = later ? { words: "act.changed", values: { version: `${told.version}` } } : { words: "act.added" };
  /** @type {Line[]} */
  const lines = parts.includes("original") ? [{ words: "act.kept-original" }] : [];
  return entry(group, { kind: "records", who: me, parts: parts.filter((part) => part !== "original"), title, lines });
}

/** @param {Event[]} group @param {Known} known @returns {Entry} */
function addedEntry(group, { me }) {
  const [{ type, told }] = group;
  const [author, owner] = [text(told.user), text(told.owner)];
  const who = type === "contribution" ? author : owner;
  const other = who === author ? owner : author;
  const parts = listed(told.partitions).map(text);
  // To oneself the sentence leaves out whose record it is.
  const words = `act.${type}${owner === me ? "" : "-elsewhere"}`;
  return entry(group, { kind: "records", who, other, parts, title: { words } });
}

/** @param {Event[]} group @param {Known} known @returns {Entry} */
function requestEntry(group, { requests }) {
  const [{ told, time }] = group;
  const who = text(told.user);
  const parts = listed(told.partitions).map(text);
  const same = requests.find((one) => one.asker === who && Math.abs(one.asked - time) <= TOGETHER && one.partitions.length === parts.length);
  const lines = same ? [{ words: "act.reason", quote: same.reason }, { words: `act.answer.${same.state}` }] : [];
  return entry(group, { kind: "sharing", who, parts, title: { words: "act.asked" }, lines });
}
