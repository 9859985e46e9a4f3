/** Who left for ever, by what key nodes logged. @module */

/** @typedef {import("../../endpoint/activity.js").Event} Event */

/**
 * Who left for ever, by the logged word of so many key nodes that the others cannot open anything without them.
 * @param {readonly Event[]} events verified
 * @param {{n: number, t: number}} nodes how many there are, and how many are enough
 * @returns {Map<string, number>} when the last of these nodes forgot them (Unix seconds), by member
 */
export function departures(events, { n, t: enough }) {
  /** @type {Map<string, Map<string, number>>} */
  const told = new Map();
  for (const { type, source, time, told: { user } } of events) {
    if (type !== "departure-of" || typeof user !== "string") continue;
    told.set(user, (told.get(user) ?? new Map()).set(source, time));
  }
  const final = [...told].filter(([, nodes]) => nodes.size > n - enough);
  return new Map(final.map(([user, nodes]) => [user, Math.max(...nodes.values())]));
}
