/** Who certifies roles here, as the servers tell. @module */
import { get } from "./api.js";
import { read } from "./shapes.js";

/** `issuer`: digest (b64u) of the authority's key. @typedef {{role: string, issuer: string, name: string}} Authority */

/** @returns {Promise<Authority[]>} each role of each authority that the key nodes pin */
export async function list() {
  const found = read("authorities", await get("/authorities"));
  return found.authorities.map((/** @type {Authority} */ { role, issuer, name }) => ({ role, issuer, name }));
}
