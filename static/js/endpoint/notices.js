/** What an owner is told at once: codes used, and emergencies; and what she says of these. @module */
import { get, post } from "./api.js";
import { read } from "./shapes.js";

/**
 * Times in Unix seconds; `review`: "", "right" or "questioned".
 * @typedef {{id: string, kind: "code" | "emergency", asker: string, asker_name: string, asker_role: string, at: number,
 *   until: number, reason: string, signers: {id: string, name: string}[], seen: number | null, review: string}} Notice
 */

/** @returns {Promise<Notice[]>} newest first */
export async function list() {
  return read("notices", await get("/notices")).notices;
}

/** @param {string} id @returns {Promise<Notice>} */
export async function see(id) {
  return read("notice", await post(`/notices/${id}/seen`, {}));
}

/** @param {string} id @param {"right" | "questioned"} verdict @returns {Promise<Notice>} */
export async function review(id, verdict) {
  return read("notice", await post(`/notices/${id}/review`, { verdict }));
}
