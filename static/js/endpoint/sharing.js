/**
 * Putting the next access control list in force, with the re-encryption keys that it needs.
 *
 * The list in force is the owner's own signature over it, not what the server says of it: it is
 * verified and compared with the last one that this device saw. A list that was sent and not
 * acknowledged is sent again, octet for octet, before anything else.
 * @module
 */
import { equal } from "../crypto/bytes.js";
import { b64uEncode } from "../crypto/encoding.js";
import { get, post } from "./api.js";
import { deal, requireKeys } from "./dealing.js";
import { ApiError, Conflict, Integrity } from "./errors.js";
import { checkReceipts } from "./receipts.js";
import { same, wantedPairs } from "./rules.js";
import { read } from "./shapes.js";
import { wantedShares } from "./standing.js";
import { payload, sign, verify } from "./statement.js";

/** @typedef {import("./dealing.js").Lacking} Lacking */
/** @typedef {import("./people.js").Person} Person */
/** @typedef {import("./receipts.js").Receipts} Receipts */
/** @typedef {import("./rules.js").Pair} Pair */
/** @typedef {import("./rules.js").Rule} Rule */
/** @typedef {import("./session.js").Session} Session */
/**
 * The list in force; `seq` 0 and no JWS before the first. `signed`: Unix seconds, null before the
 * first; `former`: signed with a key of before; `held`: for whom the nodes hold keys, of which epoch;
 * `shares`: of which partitions and epochs they hold shares for roles.
 * @typedef {{seq: number, digest: string | null, jws: string | null, signed: number | null, former: boolean, rules: Rule[],
 *   defaultPartitions: string[], held: (Pair & {epoch: number})[], shares: {partition: string, epoch: number}[]}} Head
 */
/**
 * What a change led to; `changed` is false when the list said it already. It is in force only when
 * `receipts.effective`.
 * @typedef {{seq: number, changed: boolean, receipts: Receipts}} Outcome
 */
/** The next rules from the present ones; may be called more than once. @typedef {(rules: Rule[]) => Rule[]} Change */
/** @typedef {{acl: string, deal: string | null, answers: string[]}} Body */

const HEAD = "acl";
const PENDING = "acl-sending";
const LOCK = "sharing";
const ATTEMPTS = 3;
// Sending again what was answered so would change nothing. Everything else may pass: a session that
// ended, a limit, a server that is away.
const FOR_GOOD = new Set([400, 403, 404, 405, 409, 413, 422]);

/**
 * Put in force what `build` makes of the present rules, and mark requests as answered.
 * @param {Session} session
 * @param {Change} build
 * @param {readonly string[]} [answers] ids of requests
 * @param {Uint8Array | null} [secret] a new consent secret that goes to the nodes with it; none: they forget the old one
 * @returns {Promise<Outcome>}
 * @throws {Conflict} other devices were faster, three times @throws {import("./dealing.js").NoKey}
 * @throws {Integrity} a list, receipt or key that is not as signed or pinned: nothing was changed
 * @throws {ApiError | Offline} as the server says; a list that may still be taken waits
 */
export function change(session, build, answers = [], secret = null) {
  return session.memory.locked(LOCK, async () => {
    await sendWaiting(session);
    for (let attempt = 1; ; attempt++) {
      try {
        return await once(session, build, [...answers], secret);
      } catch (error) {
        if (!(error instanceof Conflict) || attempt === ATTEMPTS) throw error;
      }
    }
  });
}

/**
 * Send again what waits from an earlier visit; null when nothing does.
 * @param {Session} session
 * @returns {Promise<Outcome | "dropped" | null>} dropped: it can never be taken, and is forgotten
 * @throws {ApiError | Offline} it still waits
 */
export function resume(session) {
  return session.memory.locked(LOCK, () => sendWaiting(session));
}

/** @param {Session} session @returns {Promise<boolean>} whether a signed list waits to be acknowledged */
export async function waits(session) {
  return (await session.memory.get(PENDING)) !== undefined;
}

/** @param {Session} session @param {Change} build @param {string[]} answers @param {Uint8Array | null} secret @returns {Promise<Outcome>} */
async function once(session, build, answers, secret) {
  const head = await readHead(session);
  const rules = build(head.rules);
  const acl = payload(session.deployment.id, session.me.id, {
    seq: head.seq + 1, previous: head.digest, default_partitions: head.defaultPartitions, rules,
  });
  const dealt = await deal(session, acl, rules, { ...(await lackingNow(session, head, rules)), secret });
  // One that an old key signed is signed anew: from then on the servers need no old key of this member.
  if (dealt === null && !head.former && same(rules, head.rules)) return again(session, head, answers);
  const body = { acl: sign(session.keys, "sesphr-acl", acl), deal: dealt, answers };
  await session.memory.set(PENDING, body);
  return sendOrForget(session, body);
}

/**
 * @param {Session} session @param {Head} head @param {readonly Rule[]} rules
 * @returns {Promise<Lacking>} @throws {import("./dealing.js").NoKey} nothing was ever put into a partition
 */
async function lackingNow(session, head, rules) {
  const wanted = [...wantedPairs(rules).map(({ partition }) => partition), ...wantedShares(rules)];
  if (wanted.length === 0) return { pairs: [], shares: [] };
  const own = await session.registered();
  const lacking = lackingOf(head, rules, own);
  requireKeys(own, wanted);
  return lacking;
}

/**
 * What the nodes would have to be dealt for these rules, of every epoch; after the nodes changed, all that
 * was dealt before.
 * @param {Head} head @param {readonly Rule[]} rules @param {Pick<Person, "epochs">} own the owner's registered keys
 * @returns {Lacking}
 */
export function lackingOf(head, rules, own) {
  const [held, shares] = [new Set(head.held.map(named)), new Set(head.shares.map(named))];
  const ofEach = (/** @type {string} */ partition) => own.epochs(partition).map((epoch) => ({ partition, epoch }));
  return {
    pairs: wantedPairs(rules).flatMap(({ member, partition }) => ofEach(partition).map((one) => ({ member, ...one })))
      .filter((pair) => !held.has(named(pair))),
    shares: wantedShares(rules).flatMap(ofEach).filter((share) => !shares.has(named(share))),
  };
}

/** @param {{member?: string, partition: string, epoch: number}} one @returns {string} */
function named({ member = "", partition, epoch }) {
  return `${member} ${partition} ${epoch}`;
}

/**
 * The list says it already: collect the receipts anew, and let the portal mark the requests.
 * @param {Session} session @param {Head} head @param {string[]} answers @returns {Promise<Outcome>}
 */
async function again(session, head, answers) {
  if (head.jws !== null) return send(session, { acl: head.jws, deal: null, answers }, false);
  const { n, t } = session.deployment;
  const receipts = { confirmed: 0, nodes: n, needed: n - t + 1, effective: true, time: null };
  return { seq: 0, changed: false, receipts };
}

/** @param {Session} session @returns {Promise<Outcome | "dropped" | null>} */
async function sendWaiting(session) {
  const body = await session.memory.get(PENDING);
  if (!body) return null;
  try {
    return await sendOrForget(session, body);
  } catch (error) {
    // Another device's list came first: this one will never be in force.
    if (isForGood(error)) return "dropped";
    throw error;
  }
}

/** @param {Session} session @param {Body} body @returns {Promise<Outcome>} */
async function sendOrForget(session, body) {
  try {
    return await send(session, body, true);
  } catch (error) {
    if (isForGood(error)) await session.memory.remove(PENDING);
    throw error;
  }
}

/** @param {unknown} error @returns {boolean} */
function isForGood(error) {
  return error instanceof ApiError && FOR_GOOD.has(error.status);
}

/** @param {Session} session @param {Body} body @param {boolean} changed @returns {Promise<Outcome>} */
async function send(session, body, changed) {
  const found = read("inForce", await post("/acl", body));
  const checked = verifyOwn(session, body.acl);
  const receipts = checkReceipts(session, found.receipts, { kind: "acl", digest: checked.digest });
  if (found.seq !== checked.payload.seq) throw new Integrity("acl-other");
  await remember(session, found.seq, b64uEncode(checked.digest));
  await session.memory.remove(PENDING);
  return { seq: found.seq, changed, receipts };
}

/** @param {Session} session @param {string} jws signed just now */
function verifyOwn(session, jws) {
  const { deployment, ownKeys } = session;
  return verify(jws, { typ: "sesphr-acl", deployment: deployment.id, directory: ownKeys, what: "acl" });
}

/**
 * Verify lists that this member signed, some perhaps with a key of before: such a key signed none after
 * the last that there was when it was changed.
 * @param {Session} session @param {readonly string[]} lists
 * @returns {Promise<(import("./statement.js").Verified & {former: boolean})[]>}
 * @throws {Integrity} `acl`
 */
export async function verifyLists(session, lists) {
  const newest = session.keys.verification;
  const found = lists.map((jws) => {
    const directory = session.ownKeysOf(jws);
    const checked = verify(jws, { typ: "sesphr-acl", deployment: session.deployment.id, directory, what: "acl" });
    const key = /** @type {Uint8Array} */ (directory.get(session.me.id));
    return { ...checked, key, former: !equal(key, newest) };
  });
  if (!found.some(({ former }) => former)) return found;
  const own = await session.registered();
  for (const { key, former, payload: { seq } } of found) {
    if (former && !own.former.some((one) => equal(one.verification, key) && seq <= one.acl)) throw new Integrity("acl");
  }
  return found;
}

/**
 * Note the newest list seen; a repeat of an older one never moves the mark back.
 * @param {Session} session @param {number} seq @param {string} digest
 */
async function remember(session, seq, digest) {
  await session.memory.update(HEAD, (/** @type {{seq: number, digest: string} | undefined} */ known) =>
    seq > (known?.seq ?? 0) ? { seq, digest } : known);
}

/**
 * The list in force, verified, and never older than the last one seen here.
 * @param {Session} session
 * @returns {Promise<Head>}
 * @throws {Integrity} not one's own signature, or an older or another list
 */
export async function readHead(session) {
  const state = read("acl", await get("/acl"));
  const { delegations: held, standing: shares } = state;
  const known = await session.memory.get(HEAD);
  if (state.acl === null) {
    if (known) throw new Integrity("acl-lost");
    return { seq: 0, digest: null, jws: null, signed: null, former: false, rules: [], defaultPartitions: [], held, shares };
  }
  const [checked] = await verifyLists(session, [state.acl]);
  const { former, payload: { seq, iat, rules, default_partitions: defaultPartitions } } = checked;
  const digest = b64uEncode(checked.digest);
  checkNotOlder(known, seq, digest);
  await remember(session, seq, digest);
  return { seq, digest, jws: state.acl, signed: iat, former, rules, defaultPartitions, held, shares };
}

/** @param {{seq: number, digest: string} | undefined} known @param {number} seq @param {string} digest */
function checkNotOlder(known, seq, digest) {
  if (known && (seq < known.seq || (seq === known.seq && digest !== known.digest))) throw new Integrity("acl-older");
}
