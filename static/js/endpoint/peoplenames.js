/**
 * How people were called when this device saw them last: for lists that name somebody whom the server
 * does not show any more. Names are the server's word, as they were then.
 * @module
 */

/** By member id. @typedef {Record<string, {name: string, role: string}>} Names */

const NAMES = "people-names";

/** @param {{memory: {get(name: string): Promise<any>}}} session @returns {Promise<Names>} */
export const recallPeople = async ({ memory }) => (await memory.get(NAMES)) ?? {};

/**
 * @param {{memory: {get(name: string): Promise<any>, set(name: string, value: any): Promise<unknown>}}} session
 * @param {Names} seen besides those that are known
 */
export async function rememberPeople(session, seen) {
  const known = await recallPeople(session);
  const next = { ...known, ...seen };
  if (JSON.stringify(next) !== JSON.stringify(known)) await session.memory.set(NAMES, next);
}
