/**
 * Whom this browser talks to: the signed configuration, pinned on this device at first contact.
 *
 * The operator's key and the configuration are taken on trust once; from then on another key or
 * another configuration stops every page. Nothing of a member is kept here.
 * @module
 */
import { b64uDecode, b64uEncode } from "../crypto/encoding.js";
import { CryptoError } from "../crypto/errors.js";
import { payloadOfUnverified } from "../crypto/statements.js";
import * as api from "./api.js";
import { ApiError, Integrity, Unsupported } from "./errors.js";
import { verify } from "./statement.js";

/** @typedef {import("../crypto/bytes.js").Bytes} Bytes */
/** An SRS node; keys are raw 32 octets. @typedef {{index: number, id: string, verification: Bytes, hpke: Bytes}} Node */
/**
 * A verified configuration. `nodeKeys`: verification keys by node id, a Directory for statements;
 * `digest` and `operatorKey`: base64url; `witnesses`: raw keys by name.
 * @typedef {{readonly id: string, readonly n: number, readonly t: number, readonly nodes: readonly Node[],
 *   readonly log: {name: string, key: Bytes}, readonly witnesses: readonly {name: string, key: Bytes}[],
 *   readonly nodeKeys: ReadonlyMap<string, Bytes>, readonly operatorKey: string, readonly digest: string}} Deployment
 */

const PIN = "sesphr.deployment";

/** @type {Promise<Deployment> | null} */
let loaded = null;

/**
 * The deployment of this server, which is the one that this device knows. Asked for once a page.
 * @returns {Promise<Deployment>}
 * @throws {Integrity} the signature is wrong, or the operator's key or the configuration changed
 * @throws {ApiError | Offline | Unsupported}
 */
export function loadDeployment() {
  loaded ??= load();
  loaded.catch(() => (loaded = null));
  return loaded;
}

/** @returns {Promise<Deployment>} */
async function load() {
  // Browsers give WebCrypto to https and to this machine alone.
  if (!globalThis.crypto?.subtle) throw new Unsupported("insecure");
  const found = read(await api.get("/deployment"));
  checkPin(`${found.operatorKey} ${found.digest}`);
  return found;
}

/**
 * Check a configuration against the operator's key that came with it.
 * @param {{configuration: string, operator_key: string}} answer
 * @returns {Deployment}
 * @throws {ApiError} it cannot be read @throws {Integrity} the signature is wrong
 */
export function read({ configuration, operator_key: operatorKey }) {
  const { iss, deployment, key } = claimed(configuration, operatorKey);
  const directory = new Map([[iss, key]]);
  const checked = verify(configuration, { typ: "sesphr-deployment", deployment, directory, what: "deployment" });
  return described(checked, operatorKey);
}

/** @param {string} jws @param {string} key @returns {{iss: string, deployment: string, key: Bytes}} */
function claimed(jws, key) {
  try {
    const { iss, deployment } = payloadOfUnverified(jws);
    return { iss: String(iss), deployment: String(deployment), key: b64uDecode(key, 32) };
  } catch (error) {
    if (error instanceof CryptoError) throw new ApiError(200, "unreadable");
    throw error;
  }
}

/** @param {import("../crypto/statements.js").Verified} checked @param {string} operatorKey @returns {Deployment} */
function described({ payload, digest }, operatorKey) {
  const named = (/** @type {{name: string, key: string}} */ one) => ({ name: one.name, key: b64uDecode(one.key, 32) });
  /** @type {Node[]} */
  const nodes = payload.nodes.map((/** @type {any} */ one) => ({
    index: one.index, id: one.id, verification: b64uDecode(one.verification, 32), hpke: b64uDecode(one.hpke, 32),
  }));
  return Object.freeze({
    id: payload.deployment, n: payload.n, t: payload.t, nodes, log: named(payload.log),
    witnesses: payload.witnesses.map(named), nodeKeys: new Map(nodes.map((node) => [node.id, node.verification])),
    operatorKey, digest: b64uEncode(digest),
  });
}

/** @param {string} found @throws {Integrity} another one is pinned @throws {Unsupported} */
function checkPin(found) {
  try {
    const known = localStorage.getItem(PIN);
    if (known === null) localStorage.setItem(PIN, found);
    else if (known !== found) throw new Integrity("deployment");
  } catch (error) {
    if (error instanceof Integrity) throw error;
    throw new Unsupported("storage", { cause: error });
  }
}
