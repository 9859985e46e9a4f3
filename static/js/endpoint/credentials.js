/**
 * Role credentials: handing in one's own, and what the key nodes say of anybody's.
 *
 * The nodes verify the certificates, at every opening anew; this browser shows what they say, which
 * the server passes on unsigned. It decides nothing here.
 * @module
 */
import { sha256 } from "../crypto/kdf.js";
import { get, put } from "./api.js";
import { EndpointError, Integrity } from "./errors.js";
import { acknowledging, checkReceipts } from "./receipts.js";
import { read } from "./shapes.js";

/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("./receipts.js").Receipts} Receipts */
/**
 * What some nodes (their indexes) say; times in Unix seconds. `revoked` also when they cannot tell.
 * @typedef {{role: string, issuer: string, issuer_name: string, organisation: string, valid_from: number,
 *   valid_until: number, revoked: boolean, nodes: number[]}} Said
 */
/** @typedef {"valid" | "early" | "expired" | "revoked"} State */

/** As much as the server takes. */
export const LONGEST = 32 * 1024;
const PEM = /^-----BEGIN [A-Z0-9 ]+-----\n[\x20-\x7e\n]*-----END [A-Z0-9 ]+-----\n$/;
/** How long before its end a credential is one to renew. In seconds. */
const SOON = 30 * 24 * 3600;

/**
 * What at least t nodes say of a member's credential.
 * @param {Session} session
 * @param {string} [member] oneself unless told otherwise
 * @returns {Promise<Said | null>} null when no t nodes say the same, or they say that there is none
 * @throws {EndpointError} `unavailable` when too few nodes answer
 */
export async function credentialOf(session, member = session.me.id) {
  const path = member === session.me.id ? "/credential" : `/credentials/${member}`;
  return agreed(read("credentials", await get(path)).said, session.deployment.t);
}

/** @param {readonly Said[]} said @param {number} t @returns {Said | null} what t nodes say alike */
export function agreed(said, t) {
  return said.find(({ nodes }) => new Set(nodes).size >= t) ?? null;
}

/** @param {Said} said @param {number} now Unix seconds @returns {State} */
export function stateOf({ revoked, valid_from: from, valid_until: until }, now) {
  if (revoked) return "revoked";
  if (now < from) return "early";
  return now < until ? "valid" : "expired";
}

/** @param {Said} said @param {number} now Unix seconds @returns {boolean} whether it is valid, and ends within a month */
export function endsSoon(said, now) {
  return stateOf(said, now) === "valid" && said.valid_until - now < SOON;
}

/**
 * A credential as the server takes it: what was pasted, or what a file holds.
 * @param {string} text
 * @returns {string}
 * @throws {EndpointError} `credential-missing`, `credential-form`
 */
export function normalised(text) {
  const lines = text.replace(/^\uFEFF/, "").split("\n").map((line) => line.trim()).filter(Boolean);
  const plain = `${lines.join("\n")}\n`;
  if (!lines.length) throw new EndpointError("credential-missing");
  if (!PEM.test(plain) || plain.length > LONGEST) throw new EndpointError("credential-form");
  return plain;
}

/**
 * Hand in one's own credential; the nodes verify it.
 * @param {Session} session
 * @param {string} credential as `normalised` gives it
 * @returns {Promise<Receipts>}
 * @throws {EndpointError} `invalid`, `refused` (somebody else's), `not-in-force`, `older`, `unavailable`
 * @throws {Integrity} the server says that it was taken, without the receipts of enough nodes
 */
export async function present(session, credential) {
  const { receipts } = read("receipts", await put("/credential", { credential }));
  const digest = sha256(new TextEncoder().encode(credential));
  const found = checkReceipts(session, receipts, { kind: "credential", digest });
  if (found.confirmed < acknowledging(session.deployment)) throw new Integrity("receipt");
  return found;
}
