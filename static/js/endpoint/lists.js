/**
 * All lists of an owner, one after another: whose signature, which predecessor, what each changed.
 *
 * The server only keeps them. Each is verified and names the one before it, and the last is the one
 * in force: none is missing, none was put between.
 * @module
 */
import { b64uEncode } from "../crypto/encoding.js";
import { get } from "./api.js";
import { Integrity } from "./errors.js";
import { read } from "./shapes.js";
import { readHead, verifyLists } from "./sharing.js";

/** @typedef {import("./rules.js").Rule} Rule */
/** @typedef {import("./session.js").Session} Session */
/**
 * What a rule says of reading one partition; `kind` of rule. Times in Unix seconds.
 * @typedef {{who: Rule["who"], partition: string, kind: "grant" | "deny" | "emergency" | "code",
 *   until: number | null, history: boolean}} Line
 */
/** One list: number, when it was signed (Unix seconds), what it added and removed. @typedef {{seq: number, signed: number, added: Line[], removed: Line[]}} Listed */

/**
 * @param {Session} session
 * @returns {Promise<Listed[]>} every list, oldest first
 * @throws {Integrity} a signature, a predecessor or the last one is not right
 */
export async function allLists(session) {
  const head = await readHead(session);
  const { lists } = read("lists", await get("/acl/lists"));
  const verified = await verifyLists(session, lists);
  return chained(verified.map(({ payload: { seq, previous, iat, rules }, digest }) => ({ seq, previous, iat, rules, digest: b64uEncode(digest) })), head);
}

/**
 * @param {readonly {seq: number, previous: string | null, iat: number, rules: Rule[], digest: string}[]} lists verified
 * @param {{seq: number, digest: string | null}} head the list in force
 * @returns {Listed[]}
 * @throws {Integrity} `acl-chain`
 */
export function chained(lists, head) {
  /** @type {string | null} */
  let digest = null;
  /** @type {readonly Rule[]} */
  let before = [];
  const found = lists.map((one, i) => {
    if (one.seq !== i + 1 || one.previous !== digest) throw new Integrity("acl-chain");
    const changes = changesBetween(before, one.rules);
    [digest, before] = [one.digest, one.rules];
    return { seq: one.seq, signed: one.iat, ...changes };
  });
  if (lists.length !== head.seq || digest !== head.digest) throw new Integrity("acl-chain");
  return found;
}

/** @param {readonly Rule[]} before @param {readonly Rule[]} after @returns {{added: Line[], removed: Line[]}} */
export function changesBetween(before, after) {
  const [old, next] = [said(before), said(after)];
  return {
    added: [...next].filter(([name]) => !old.has(name)).map(([, line]) => line),
    removed: [...old].filter(([name]) => !next.has(name)).map(([, line]) => line),
  };
}

/** @param {readonly Rule[]} rules @returns {Map<string, Line>} what they say of reading, by its own spelling */
function said(rules) {
  const lines = rules.filter((rule) => rule.actions.includes("read")).flatMap((rule) => rule.partitions.map((partition) => ({
    who: rule.who, partition, kind: kindOf(rule), until: rule.valid_until, history: rule.history,
  })));
  return new Map(lines.map(({ who: { key: _, ...who }, ...rest }) => {
    const line = { who, ...rest };
    return [JSON.stringify([Object.entries(who).sort(), Object.entries(rest).sort()]), line];
  }));
}

/** @param {Rule} rule @returns {Line["kind"]} */
function kindOf(rule) {
  if (rule.deny) return "deny";
  if (rule.emergency !== null) return "emergency";
  return Object.hasOwn(rule, "code") ? "code" : "grant";
}
