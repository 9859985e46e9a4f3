/**
 * The directory of professionals who agreed to be found. What it says is the server's word; whose keys
 * somebody has is checked when one shares with them.
 * @module
 */
import { get } from "./api.js";
import { read } from "./shapes.js";

/** @typedef {{organisation: string, city: string, department: string, speciality: string, title: string}} Post */
/** @typedef {{member: string, name: string, role: string, login: string, posts: Post[]}} Provider */

/**
 * @param {{name: string, speciality: string, place: string}} sought "" leaves one open
 * @param {number} page from 0
 * @returns {Promise<{providers: Provider[], more: boolean, tooMany: boolean}>} tooMany: beyond what is shown at all
 * @throws {ApiError | Offline} `invalid` when it says nothing
 */
export async function findProviders(sought, page) {
  const { providers, more, too_many: tooMany } = read("providers", await get("/providers", { ...sought, page }));
  return { providers, more, tooMany };
}
