/** What the matrix shows: the list in force, and everybody whom it names, checked. @module */
import { list as listAuthorities } from "../../endpoint/authorities.js";
import { Impostor } from "../../endpoint/errors.js";
import { roleId, rowsOf } from "../../endpoint/matrix.js";
import { lookUp, nameOf, pins } from "../../endpoint/people.js";
import { recallPeople, rememberPeople } from "../../endpoint/peoplenames.js";
import { list as listRecords } from "../../endpoint/records.js";
import { list as listRequests } from "../../endpoint/requests.js";
import { readHead } from "../../endpoint/sharing.js";
import { t } from "../../ui/messages.js";
import { ordered, PARTS } from "../../ui/parts.js";

/** @typedef {import("../../endpoint/matrix.js").Row} Row */
/** @typedef {import("../../endpoint/people.js").Found} Found */
/** @typedef {import("../../endpoint/people.js").Person} Person */
/** @typedef {import("../../endpoint/records.js").RecordView} RecordView */
/** @typedef {import("../../endpoint/rules.js").Rule} Rule */
/** @typedef {import("../../endpoint/session.js").Session} Session */
/** @typedef {import("../../endpoint/sharing.js").Head} Head */
/**
 * Somebody of the matrix. `found`: null for one who cannot be seen any more (`gone`) or whose keys
 * are not those that were approved (`impostor`); `renewed`: they changed keys since, so that what the list
 * gives the old ones gives nothing; `key`: digest that the list or the directory names.
 * @typedef {{member: string, name: string, role: string, login: string | null, key: string,
 *   found: Found | null, problem: null | "gone" | "impostor" | "renewed"}} Someone
 */
/**
 * A role and who certifies it; `name`: of the authority, null for one whom nobody here knows any more.
 * @typedef {{id: string, role: string, issuer: string, name: string | null}} RoleRow
 */
/**
 * `nodes`: how many key nodes there are, and how many of them are enough.
 * @typedef {{head: Head, own: Person, records: RecordView[], columns: string[], people: Map<string, Someone>,
 *   roles: Map<string, RoleRow>, nodes: {n: number, t: number}}} Scene
 */
/** @typedef {import("../../endpoint/peoplenames.js").Names} Names */

const ORIGINAL = "original";

/**
 * @param {Session} session
 * @param {readonly import("./draft.js").Added[]} added people who need not be in the list yet
 * @returns {Promise<Scene>}
 */
export async function load(session, added) {
  const [head, own, records, known, names, authorities] = await Promise.all([
    readHead(session), session.registered(), listRecords(session, { owner: session.me.id }), pins(session), knownNames(session),
    listAuthorities(),
  ]);
  const rows = rowsOf(head.rules);
  const listed = rows.flatMap(({ member, rules }) => (member === null ? [] : [{ member, rules, login: known[member]?.login ?? null }]));
  const fresh = added.filter(({ member }) => !listed.some((one) => one.member === member)).map((one) => ({ ...one, rules: [] }));
  const shown = new Map(added.map(({ member, key }) => [member, key]));
  const people = await Promise.all([...listed, ...fresh].map((one) =>
    someone(session, names, { ...one, shown: shown.get(one.member), called: nameOf(known[one.member]) })));
  await remember(session, names, people);
  return {
    head, own, records, columns: columnsOf(own, head.rules), people: new Map(people.map((one) => [one.member, one])),
    roles: rolesOf(authorities, rows), nodes: session.deployment,
  };
}

/**
 * The roles that somebody certifies here, then those that the list names besides.
 * @param {readonly import("../../endpoint/authorities.js").Authority[]} authorities @param {readonly Row[]} rows
 * @returns {Map<string, RoleRow>}
 */
function rolesOf(authorities, rows) {
  const listed = rows.flatMap(({ role, issuer }) => (role === null ? [] : [{ role, issuer, name: null }]));
  /** @type {Map<string, RoleRow>} */
  const found = new Map();
  for (const one of [...authorities, ...listed]) {
    const id = roleId(one);
    if (!found.has(id)) found.set(id, { id, ...one });
  }
  return found;
}

/** @param {Person} own @param {readonly Rule[]} rules @returns {string[]} the usual parts, then own ones */
function columnsOf(own, rules) {
  const names = new Set([...PARTS, ...own.partitions.keys(), ...rules.flatMap((rule) => rule.partitions)]);
  names.delete(ORIGINAL);
  return ordered(names);
}

/**
 * @param {Session} session @param {Names} names
 * @param {{member: string, rules: readonly Rule[], login: string | null, shown: string | undefined,
 *   called: {name: string, role: string} | null}} one
 *   shown: the key whose fingerprint was shown when they were added, which the server must not change since
 * @returns {Promise<Someone>}
 */
async function someone(session, names, { member, rules, login, shown, called }) {
  const keys = new Set(rules.filter((rule) => !rule.deny).map((rule) => rule.who.key ?? ""));
  if (shown !== undefined) keys.add(shown);
  const { found, problem } = await checked(session, member, keys);
  const { name, role } = called ?? found ?? names[member] ?? { name: login ?? t("sharing.unknown"), role: "" };
  return { member, name, role, login, key: found?.key ?? rules[0]?.who.key ?? "", found, problem };
}

/**
 * @param {Session} session @param {string} member @param {ReadonlySet<string>} keys that the list names, or that were shown
 * @returns {Promise<{found: Found | null, problem: Someone["problem"]}>}
 */
async function checked(session, member, keys) {
  try {
    const found = await lookUp(session, member);
    // Whoever wrote something for her is shown also once they have left.
    if (found?.state !== "authorised") return { found: null, problem: "gone" };
    const others = [...keys].filter((key) => key !== found.key);
    if (others.some((key) => !found.hadKey(key))) return { found: null, problem: "impostor" };
    return { found, problem: others.length ? "renewed" : null };
  } catch (error) {
    if (error instanceof Impostor) return { found: null, problem: "impostor" };
    throw error;
  }
}

/** @param {Session} session @returns {Promise<Names>} from this device, then from requests */
async function knownNames(session) {
  const { incoming } = await listRequests(session);
  const asked = incoming.map((one) => [one.asker, { name: one.asker_name, role: one.asker_role }]);
  return { ...Object.fromEntries(asked), ...(await recallPeople(session)) };
}

/** @param {Session} session @param {Names} names @param {readonly Someone[]} people */
async function remember(session, names, people) {
  const seen = people.filter((one) => one.found).map(({ member, name, role }) => [member, { name, role }]);
  await rememberPeople(session, { ...names, ...Object.fromEntries(seen) });
}
