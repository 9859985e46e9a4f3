/**
 * A member's keys as their own signed registrations say: checked one after another, with their proofs.
 *
 * Each is signed with the key in force before it; one that changes keys is proved with the new key, too.
 * @module
 */
import { equal } from "../crypto/bytes.js";
import { b64uDecode, b64uEncode } from "../crypto/encoding.js";
import { decodeG1, decodeG2 } from "../crypto/groups.js";
import { keyDigest } from "../crypto/keys.js";
import * as proofs from "../crypto/proofs.js";
import { payloadOfUnverified, signer } from "../crypto/statements.js";
import { Integrity } from "./errors.js";
import { pause } from "./turns.js";
import { asIntegrity, verify } from "./statement.js";

/** @typedef {import("../crypto/groups.js").G1} G1 */
/** @typedef {import("../crypto/groups.js").G2} G2 */
/** @typedef {import("../crypto/bytes.js").Bytes} Bytes */
/** @typedef {import("../crypto/schemas.js").Members} Members */
/**
 * Keys that somebody had before a change: of the epochs below `below`, and good for own access lists
 * up to number `acl`; `key`: digest (b64u) of B_U.
 * @typedef {{verification: Bytes, key: string, below: number, acl: number}} Former
 */

/** A member's checked public keys; `seq` and `digest` (b64u) name the last registration. */
export class Person {
  /**
   * @param {{member: string, verification: Bytes, receive: G2, seq: number, digest: string,
   *   partitions: ReadonlyMap<string, ReadonlyMap<number, G1>>, former?: readonly Former[]}} checked partitions:
   *   A_P,c by name and epoch; former: keys of before, oldest first
   */
  constructor({ member, verification, receive, seq, digest, partitions, former = [] }) {
    this.member = member;
    this.verification = verification;
    this.receive = receive;
    this.seq = seq;
    this.digest = digest;
    this.partitions = partitions;
    this.former = former;
  }

  /** @returns {string} b64u SHA-256 of B_U: how lists and requests name the key */
  get key() {
    return keyDigest(this.receive);
  }

  /** @param {string} partition @returns {number | null} its newest registered epoch */
  epoch(partition) {
    return this.epochs(partition).at(-1) ?? null;
  }

  /** @param {string} partition @returns {number[]} all that are registered, ascending */
  epochs(partition) {
    return [...(this.partitions.get(partition)?.keys() ?? [])].sort((a, b) => a - b);
  }

  /**
   * @param {string} jws of theirs, perhaps of before they changed keys
   * @returns {Bytes} the one of their verification keys that it names, else the newest
   */
  signer(jws) {
    return signer(jws, [...this.former.map((one) => one.verification), this.verification]);
  }

  /** @param {string} key digest (b64u) of a B_U @returns {boolean} whether it was theirs before they changed keys */
  hadKey(key) {
    return this.former.some((one) => one.key === key);
  }
}

/**
 * The keys that a chain of signed registrations proves to be this member's; between two proofs the
 * page has its turn.
 * @param {string} deployment id
 * @param {string} member
 * @param {readonly string[]} registrations oldest first
 * @returns {Promise<Person>}
 * @throws {Integrity} when there is none, a link is missing, or a signature or proof is wrong
 */
export async function checkRegistrations(deployment, member, registrations) {
  const checking = chain(deployment, member, registrations);
  for (;;) {
    const step = asIntegrity("registration", () => checking.next());
    if (step.done) return step.value;
    await pause();
  }
}

/** @param {string} deployment @param {string} member @param {readonly string[]} registrations @returns {Generator<void, Person, void>} */
function* chain(deployment, member, registrations) {
  /** @type {Person | null} */
  let person = null;
  for (const jws of registrations) person = yield* next(deployment, member, person, jws);
  if (person === null) throw new Integrity("registration");
  return person;
}

/** @param {string} deployment @param {string} member @param {Person | null} before @param {string} jws @returns {Generator<void, Person, void>} */
function* next(deployment, member, before, jws) {
  const signing = before ? before.verification : b64uDecode(payloadOfUnverified(jws).verification, 32);
  const directory = new Map([[member, signing]]);
  const { payload, digest } = verify(jws, { typ: "sesphr-registration", deployment, directory, what: "registration" });
  if (payload.seq !== (before?.seq ?? 0) + 1 || payload.previous !== (before?.digest ?? null)) {
    throw new Integrity("registration");
  }
  yield;
  const verification = b64uDecode(payload.verification, 32);
  const receive = receiveKey(deployment, member, verification, payload);
  const former = formerKeys(before, payload, receive);
  const partitions = yield* withPartitions(before?.partitions ?? new Map(), deployment, member, verification, payload);
  return new Person({ member, verification, receive, seq: payload.seq, digest: b64uEncode(digest), partitions, former });
}

/**
 * @param {Person | null} before @param {Members} payload the next registration's, verified @param {G2} receive its key
 * @returns {readonly Former[]} what was theirs before
 * @throws {Integrity} half a change, or an epoch that is not the new keys'
 */
function formerKeys(before, payload, receive) {
  if (!before) return [];
  const changes = Object.hasOwn(payload, "possession");
  if (changes === equal(before.receive.encode(), receive.encode())) throw new Integrity("registration");
  const { verification, key, former } = before;
  const epochs = Object.values(payload.partitions).map(({ epoch }) => epoch);
  if (!changes) {
    if (epochs.some((epoch) => epoch < (former.at(-1)?.below ?? 1))) throw new Integrity("registration");
    return former;
  }
  const below = nextEpoch(before);
  const [known, named] = [[...before.partitions.keys()].sort(), Object.keys(payload.partitions).sort()];
  if (known.join() !== named.join() || epochs.some((epoch) => epoch !== below)) throw new Integrity("registration");
  return [...former, { verification, key, below, acl: payload.acl }];
}

/** @param {Person} person @returns {number} the epoch with which keys begin that take the place of theirs */
export function nextEpoch({ partitions }) {
  return 1 + Math.max(1, ...[...partitions.values()].flatMap((epochs) => [...epochs.keys()]));
}

/** @param {string} deployment @param {string} member @param {Uint8Array} key @param {Members} payload @returns {G2} */
function receiveKey(deployment, member, key, payload) {
  const receive = decodeG2(b64uDecode(payload.receive, 96));
  proofs.verify("key-B", {
    deployment, Y: receive, proof: b64uDecode(payload.receive_proof, 128), ctx: { member, verification: key },
  });
  return receive;
}

/**
 * @param {ReadonlyMap<string, ReadonlyMap<number, G1>>} before
 * @param {string} deployment @param {string} member @param {Uint8Array} key @param {Members} payload
 * @returns {Generator<void, Map<string, Map<number, G1>>, void>}
 */
function* withPartitions(before, deployment, member, key, payload) {
  const found = new Map([...before].map(([name, epochs]) => [name, new Map(epochs)]));
  for (const [partition, one] of Object.entries(payload.partitions)) {
    yield;
    const { epoch } = one;
    const point = decodeG1(b64uDecode(one.key, 48));
    proofs.verify("key-A", {
      deployment, Y: point, proof: b64uDecode(one.proof, 80), ctx: { member, partition, epoch, verification: key },
    });
    found.set(partition, (found.get(partition) ?? new Map()).set(epoch, point));
  }
  return found;
}
