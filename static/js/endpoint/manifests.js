/**
 * The signed manifests of an owner's records as they are opened: by the owner or whoever the key
 * nodes let add, of that record, and never an older one than this device has seen.
 * @module
 */
import { b64uEncode } from "../crypto/encoding.js";
import { payloadOfUnverified } from "../crypto/statements.js";
import { ApiError, Integrity } from "./errors.js";
import { accepted } from "./given.js";
import { lookUp, pin } from "./people.js";
import { asIntegrity, verify } from "./statement.js";

/** @typedef {import("./access.js").Opening} Opening */
/** @typedef {import("./session.js").Session} Session */
/** What was signed may be of before they changed keys. @typedef {(jws: string) => import("./statement.js").Directory} KeysOf */
/** @typedef {{version: number, manifest: string}} Seen a version of a record, and its manifest's digest */

/**
 * A manifest's payload as its author signed it; accepted: when the owner signed that she takes what
 * somebody else wrote (Unix seconds), or null.
 * @typedef {{payload: import("../crypto/schemas.js").Members, accepted: number | null}} Checked
 */

/** @param {string} manifest that nobody checked yet @returns {string} whom it names as its author */
function authorOf(manifest) {
  return asIntegrity("manifest", () => String(payloadOfUnverified(manifest).iss));
}

/** The newest version seen of each record. */
export const VERSIONS = "versions";

/** For one opening: keys and memory are asked for once, however many records there are. */
export class Manifests {
  /** @type {Map<string, Promise<KeysOf>>} by author */
  #keys = new Map();
  /** @type {Promise<Record<string, Seen>> | undefined} */
  #seen;
  /** @type {Record<string, Seen>} */
  #fresh = {};

  /**
   * @param {Session} session @param {string} owner whose all records must be
   * @param {{proposed?: boolean}} [options] proposed: it is known that the owner, who asks, has not
   *   accepted it yet
   */
  constructor(session, owner, { proposed = false } = {}) {
    this.session = session;
    this.owner = owner;
    this.proposed = proposed;
  }

  /**
   * @param {Opening} opening
   * @returns {Promise<Checked>}
   * @throws {Integrity} it is missing, somebody else's, of another record, or older than one seen before
   */
  async check(opening) {
    if (opening.owner !== this.owner) throw new Integrity("record-owner");
    if (!opening.stored) throw new Integrity("manifest");
    const author = authorOf(opening.stored.manifest);
    const payload = this.#verified(opening, await this.#keysOf(author));
    const accepted = await this.#acceptedAt(opening, payload);
    await this.#checkNotOlder(opening);
    return { payload, accepted };
  }

  /** @param {Opening} opening @param {KeysOf} keys @returns {import("../crypto/schemas.js").Members} */
  #verified({ stored, owner, record, version, manifest: digest }, keys) {
    const manifest = stored?.manifest ?? "";
    const found = verify(manifest, { typ: "sesphr-manifest", deployment: this.session.deployment.id, directory: keys(manifest), what: "manifest" });
    const { payload } = found;
    const named = payload.owner === owner && payload.record === record && payload.version === version;
    if (!named || b64uEncode(found.digest) !== digest) throw new Integrity("manifest");
    return payload;
  }

  /**
   * What somebody else wrote counts once its owner took it.
   * @param {Opening} opening @param {import("../crypto/schemas.js").Members} payload
   * @returns {Promise<number | null>} when she signed that; null for her own, and for what waits for her
   */
  async #acceptedAt({ stored, manifest }, payload) {
    if (payload.iss === this.owner) return null;
    if (stored?.accept) {
      const keys = await this.#keysOf(this.owner);
      return accepted(this.session.deployment.id, payload, manifest, stored.accept, keys(stored.accept)).iat;
    }
    if (!this.proposed || this.owner !== this.session.me.id) throw new Integrity("accept");
    return null;
  }

  /** @param {string} author @returns {Promise<KeysOf>} the author's verification keys, pinned from now on */
  #keysOf(author) {
    const known = this.#keys.get(author) ?? this.#lookUp(author);
    this.#keys.set(author, known);
    return known;
  }

  /** @param {string} author @returns {Promise<KeysOf>} */
  async #lookUp(author) {
    const { session } = this;
    if (author === session.me.id) return (jws) => session.ownKeysOf(jws);
    const person = await lookUp(session, author);
    if (person === null) throw new ApiError(0, "owner-unknown");
    await pin(session, person);
    return (jws) => new Map([[author, person.signer(jws)]]);
  }

  /** @param {Opening} opening @throws {Integrity} this device has seen a newer one, or another of this number */
  async #checkNotOlder({ record, version, manifest: digest }) {
    this.#seen ??= this.session.memory.get(VERSIONS).then((found) => found ?? {});
    const known = (await this.#seen)[record];
    if (!known) return;
    const other = version === known.version && digest !== known.manifest;
    if (version < known.version || other) throw new Integrity("record-older");
  }

  /** Note a version that was opened. @param {Opening} opening */
  note({ record, version, manifest }) {
    this.#fresh[record] = { version, manifest };
  }

  /** Keep on this device what was noted; another tab may have seen newer versions meanwhile. */
  async keep() {
    const known = (await this.#seen) ?? {};
    const isNews = (/** @type {Seen | undefined} */ before, /** @type {Seen} */ { version, manifest }) =>
      (before?.version ?? 0) < version || (before?.version === version && before.manifest !== manifest);
    const fresh = Object.entries(this.#fresh);
    if (!fresh.some(([record, one]) => isNews(known[record], one))) return;
    await this.session.memory.update(VERSIONS, (/** @type {Record<string, Seen> | undefined} */ all) =>
      ({ ...all, ...Object.fromEntries(fresh.filter(([record, one]) => isNews(all?.[record], one))) }));
  }
}
