/** Smaller copies of text, beside it: the portal hands them to every browser that takes them. @module */
import { promisify } from "node:util";
import { gzip } from "node:zlib";

const TEXT = /\.(js|css|svg)$/u;
/** Below this a smaller copy saves no packet. */
const LEAST = 1200;

/**
 * @param {Map<string, Uint8Array | string>} made by path
 * @returns {Promise<Map<string, Uint8Array>>} what got smaller, as PATH.gz; the same octets give the same
 */
export async function compressed(made) {
  const wanted = [...made].filter(([name, content]) => TEXT.test(name) && content.length >= LEAST);
  const found = await Promise.all(wanted.map(async ([name, content]) =>
    /** @type {const} */ ([`${name}.gz`, await promisify(gzip)(content, { level: 9 }), content.length])));
  return new Map(found.filter(([, small, length]) => small.length < length).map(([name, small]) => [name, small]));
}
