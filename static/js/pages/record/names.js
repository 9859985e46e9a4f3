/** What the owner calls the parts, as her records say it. @module */

import { recallNames, rememberNames } from "../../endpoint/partnames.js";
import { nameOf } from "../../importer/names.js";
import { callParts, PARTS } from "../../ui/parts.js";

/** @typedef {import("./view.js").View} View */

/** @param {View["records"]} records @returns {Map<string, string>} by part, the name that was given last */
export function namesIn(records) {
  const oldestFirst = records.toSorted((a, b) => a.imported.localeCompare(b.imported));
  const pairs = oldestFirst.flatMap(({ parts }) => [...parts].map(([part, { name = "" }]) => /** @type {const} */ ([part, nameOf(name)])));
  return new Map(pairs.filter(([, name]) => name));
}

/**
 * Call the parts on this page as their owner does. She finds all names again on another device, which
 * remembers them; others see those of own parts, and the usual words for the four.
 * @param {import("../../endpoint/session.js").Session} session @param {View} view
 */
export async function callAsOwner(session, view) {
  const found = namesIn(view.records);
  if (view.mode === "reader") return callParts(new Map([...found].filter(([part]) => !PARTS.includes(part))));
  const known = await recallNames(session);
  await rememberNames(session, [...found].filter(([part]) => !known.has(part)));
  return callParts(new Map([...found, ...known]));
}
