/**
 * An organisation for whoever administers it: staff, codes that enrol, leavers and the key nodes' receipts.
 * @module
 */
import { utf8 } from "../crypto/bytes.js";
import { lp } from "../crypto/encoding.js";
import { sha256 } from "../crypto/kdf.js";
import { del, get, post } from "./api.js";
import { Integrity } from "./errors.js";
import { checkReceipts } from "./receipts.js";
import { read } from "./shapes.js";

/** @typedef {import("./session.js").Session} Session */
/** @typedef {{id: string, name: string, speciality: string}} Department */
/** @typedef {{id: string, name: string, city: string, departments: Department[]}} Organisation */
/** @typedef {{ends_membership: boolean, asked: number, by: string, receipts: string[], nodes: number, finished: number | null}} Leaving */
/**
 * Somebody's post; times in Unix seconds; acts_for: of how many people a leaver is the guardian still, as the only one.
 * @typedef {{id: string, member: string, name: string, login: string, role: string, department: string, title: string,
 *   administrator: boolean, since: number, until: number | null, state: "current" | "leaving" | "left", leaving: Leaving | null, acts_for: number}} Staff
 */
/** A code that can still be used. @typedef {{id: string, name: string, role: string, department: string, title: string, email: string, administrator: boolean, issued: number, issued_by: string, expires: number}} Code */
/** @typedef {{name: string, role: string, department: string | null, title: string, email: string, administrator: boolean}} NewCode */

const DEPARTURE = utf8("SeSPHR-v1 departure");

/** One organisation; every call throws ApiError or Offline. */
export class Administered {
  /** @param {string} id */
  constructor(id) {
    this.path = `/organisations/${encodeURIComponent(id)}`;
  }

  /** @returns {Promise<Organisation>} */
  async read() {
    return read("organisation", await get(this.path));
  }

  /** @param {{name: string, speciality: string}} department */
  addDepartment(department) {
    return post(`${this.path}/departments`, department);
  }

  /**
   * A page of 50.
   * @param {{text?: string, department?: string, state?: string, page?: number}} wanted
   * @returns {Promise<{staff: Staff[], total: number, more: boolean}>}
   */
  async staff({ text = "", department = "", state = "", page = 0 }) {
    const query = { text, state, page, ...(department && { department }) };
    return read("staffPage", await get(`${this.path}/staff`, query));
  }

  /** @returns {Promise<Code[]>} */
  async codes() {
    return read("codes", await get(`${this.path}/codes`)).codes;
  }

  /** @param {NewCode} who @returns {Promise<Code & {code: string}>} with the code itself, this once */
  async issue(who) {
    return read("newCode", await post(`${this.path}/codes`, who));
  }

  /** @param {string} code its id */
  withdraw(code) {
    return del(`${this.path}/codes/${encodeURIComponent(code)}`);
  }

  /** @param {string} post its id @returns {Promise<{ends_membership: boolean, elsewhere: number, acts_for: number}>} what removing would mean */
  async ahead(post) {
    return read("removal", await get(`${this.path}/staff/${encodeURIComponent(post)}/removal`));
  }

  /** Again goes on with what a node has not confirmed. @param {string} id of the post @returns {Promise<Staff>} */
  async remove(id) {
    return read("staff", await post(`${this.path}/staff/${encodeURIComponent(id)}/removal`));
  }
}

/**
 * How many key nodes signed that a member departed, checked on this device with the pinned keys.
 * @param {Session} session @param {Staff} left @returns {number}
 */
export function confirmations(session, { member, leaving }) {
  const expected = { kind: /** @type {const} */ ("departure"), digest: sha256(lp(DEPARTURE, utf8(member))), owner: member };
  const good = (leaving?.receipts ?? []).filter((jws) => holds(() => checkReceipts(session, [jws], expected)));
  return checkReceipts(session, good, expected).confirmed;
}

/** @param {() => unknown} check @returns {boolean} */
function holds(check) {
  try {
    check();
    return true;
  } catch (error) {
    if (error instanceof Integrity) return false;
    throw error;
  }
}
