/**
 * The access control list: its form, its order, and the decision (protocol section 6).
 *
 * The decision is pure: it reads no clock and no store, and names the first rule that applied.
 * @module
 */
import { b64uDecode, checkInt, isInt } from "./encoding.js";
import { equal } from "./bytes.js";
import { AclError, CryptoError } from "./errors.js";
import {
  b64u, boolean, int, list, members, nullable, object, oneOf, partition, pattern, refuse, text, unique, uuid,
} from "./schemas.js";

/** @typedef {import("./schemas.js").Members} Members */
/** @typedef {{decision: "allow" | "deny", rule: string | null, reason: string}} Decision */

const SLUG = pattern(/^[a-z0-9-]{1,32}$/);
const WORD = text(0, 1000);
const HOUR = 3600;
/** For how long a code opens unless its rule says so, in hours. */
const CODE_HOURS = 24;
/** What is neither JavaScript's white space nor that of other languages. */
const NOT_WHITE = /[^\s\u0085\u001c-\u001f]/u;

const memberWho = object({ member: uuid, key: b64u(32) });
const roleWho = object({ role: SLUG, issuer: b64u(32) });
const emergencyTerms = object({ hours: int(1), signers: oneOf(1, 2) });

/** @type {import("./schemas.js").Check} */
function who(value) {
  (Object.hasOwn(members(value), "member") ? memberWho : roleWho)(value);
}

const shape = object({
  id: uuid, who, partitions: unique(partition, 1), actions: list(oneOf("read", "add"), 1), purposes: list(SLUG),
  valid_from: int(), valid_until: nullable(int()), history: boolean, deny: boolean,
  emergency: nullable(emergencyTerms),
}, { code: oneOf(true), hours: int(1) });

const credentialShape = object({
  role: SLUG, issuer: b64u(32), valid_from: int(), valid_until: int(), revoked: boolean,
});
const memberShape = object({
  id: uuid, key: b64u(32), active: boolean, joined: int(), credential: nullable(credentialShape),
});
const signerShape = object({ id: uuid, active: boolean, credential: nullable(credentialShape) });
const statementShape = object({ since: int(), reason: text(0, 10000), signers: list(signerShape) });
const requestShape = object({
  // Words that no rule can name are no error here: no rule names them.
  partition: WORD, action: WORD, purpose: WORD, record_date: nullable(int()), now: int(),
  emergency: nullable(statementShape),
}, { consent: object({ since: int() }) });

/** @param {() => void} check */
function asAclError(check) {
  try {
    check();
  } catch (error) {
    throw error instanceof CryptoError ? new AclError(error.message) : error;
  }
}

/** @param {unknown} rule */
function checkRule(rule) {
  shape(rule);
  const { valid_from, valid_until, emergency, deny, who: subject, code, hours } = members(rule);
  if (valid_until !== null && valid_until <= valid_from) refuse("valid until must be after valid from");
  if (emergency !== null && (deny || Object.hasOwn(subject, "member"))) {
    refuse("an emergency rule names a role and allows");
  }
  if (hours !== undefined && !code) refuse("hours belong to a code");
  if (code && (deny || Object.hasOwn(subject, "member") || emergency !== null)) {
    refuse("a code rule names a role, allows, and is none for emergencies");
  }
}

/**
 * @param {Members} acl with `default_partitions` and `rules`
 * @throws {AclError} unless both are well formed
 */
export function checkRules(acl) {
  asAclError(() => {
    list(partition)(members(acl).default_partitions);
    list(checkRule)(acl.rules);
    unique(uuid)(acl.rules.map((/** @type {Members} */ rule) => rule.id));
  });
}

/**
 * Whether a list may follow the one in force. The payload's own form is checked with the statement.
 * @param {{seq: number, digest: Uint8Array} | null} head digest: SHA-256 of the payload in force
 * @param {Members} acl the new payload
 * @throws {AclError}
 */
export function checkSuccessor(head, acl) {
  asAclError(() => {
    const seq = head === null ? 1 : checkInt(head.seq, 1, "number in force") + 1;
    if (!isInt(acl.seq) || acl.seq !== seq) refuse("another number than the next one");
    if (head === null ? acl.previous !== null : !equal(b64uDecode(acl.previous, 32), head.digest)) {
      refuse("another predecessor than the list in force");
    }
    checkRules(acl);
  });
}

/** @param {Members | null} credential @param {number} now @returns {boolean} */
function isValid(credential, now) {
  return credential !== null && !credential.revoked && credential.valid_from <= now && now < credential.valid_until;
}

/** @param {Members | null} credential @param {Members} subject @param {number} now @returns {boolean} */
function holdsRole(credential, subject, now) {
  return credential !== null && isValid(credential, now) && credential.role === subject.role &&
    credential.issuer === subject.issuer;
}

/** @param {Members} rule @param {Members} member @param {number} now @returns {boolean} */
function names(rule, member, now) {
  if (!Object.hasOwn(rule.who, "member")) return holdsRole(member.credential, rule.who, now);
  return rule.who.member === member.id && (rule.deny || rule.who.key === member.key);
}

/** @param {Members} rule @param {Members} request @returns {boolean} */
function covers(rule, { partition: name, action, purpose }) {
  return rule.partitions.includes(name) && rule.actions.includes(action) &&
    (rule.purposes.length === 0 || rule.purposes.includes(purpose));
}

/** @param {Members} rule @param {number} now @returns {boolean} */
function inForce(rule, now) {
  return rule.valid_from <= now && (rule.valid_until === null || now < rule.valid_until);
}

/** @param {Members} rule @param {Members} member @param {Members} request @returns {boolean} */
function reachesBack(rule, member, { record_date: date }) {
  return rule.deny || rule.history || date === null || date >= member.joined;
}

/** @param {Members} rule @param {Members} member @param {Members} request @returns {boolean} */
function emergencyHolds(rule, member, { purpose, now, emergency }) {
  if (purpose !== "emergency" || emergency === null || !NOT_WHITE.test(emergency.reason)) return false;
  if (now < emergency.since || now >= emergency.since + HOUR * rule.emergency.hours) return false;
  const signers = new Set(emergency.signers
    .filter((/** @type {Members} */ one) => one.active && holdsRole(one.credential, rule.who, now))
    .map((/** @type {Members} */ one) => one.id));
  return signers.has(member.id) && signers.size >= rule.emergency.signers;
}

/** @param {Members} rule @param {Members} request @returns {boolean} */
function codeHolds(rule, { now, consent }) {
  if (!rule.code) return true;
  return consent !== undefined && consent.since <= now && now < consent.since + HOUR * (rule.hours ?? CODE_HOURS);
}

/** @param {Members} rule @param {Members} member @param {Members} request @returns {boolean} */
function applies(rule, member, request) {
  return names(rule, member, request.now) && covers(rule, request) && inForce(rule, request.now) &&
    reachesBack(rule, member, request) && (rule.emergency === null || emergencyHolds(rule, member, request)) &&
    codeHolds(rule, request);
}

/** The steps after the member's own state, in their order. */
const STEPS = /** @type {const} */ ([
  ["deny", "deny-rule", (/** @type {Members} */ rule) => rule.deny],
  ["allow", "member-rule", (/** @type {Members} */ rule) => !rule.deny && Object.hasOwn(rule.who, "member")],
  ["allow", "role-rule", (/** @type {Members} */ rule) => !rule.deny && Object.hasOwn(rule.who, "role") && rule.emergency === null && !rule.code],
  ["allow", "code-rule", (/** @type {Members} */ rule) => rule.code === true],
  ["allow", "emergency-rule", (/** @type {Members} */ rule) => !rule.deny && rule.emergency !== null],
]);

/**
 * Decide one request for one partition.
 * @param {Members} acl with `default_partitions` (ignored) and `rules`
 * @param {Members} member id, key, active, joined, credential
 * @param {Members} request partition, action, purpose, record_date, now, emergency; and consent, `{since}`, where the
 *   owner's code was given to this member
 * @returns {Decision}
 * @throws {AclError} on malformed input
 */
export function decide(acl, member, request) {
  checkRules(acl);
  asAclError(() => {
    memberShape(member);
    requestShape(request);
  });
  if (!member.active) return { decision: "deny", rule: null, reason: "inactive" };
  if (member.credential !== null && !isValid(member.credential, request.now)) {
    return { decision: "deny", rule: null, reason: "credential" };
  }
  for (const [decision, reason, concerns] of STEPS) {
    const rule = acl.rules.find((/** @type {Members} */ one) => concerns(one) && applies(one, member, request));
    if (rule) return { decision, rule: rule.id, reason };
  }
  return { decision: "deny", rule: null, reason: "no-rule" };
}
