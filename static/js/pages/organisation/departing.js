/** What a removal means and what came of it, as the words that say so, named by key. @module */

/** @typedef {{words: string, values?: Record<string, string | number>}} Sentence */
/** How a post ends. @typedef {{ends_membership: boolean, acts_for: number}} Ending */

/** The state of a post that is over, at every key node. */
export const FINISHED = "left";

/**
 * What removing somebody would mean.
 * @param {string} name @param {Ending} ahead
 * @returns {Sentence[]}
 */
export function meaning(name, ahead) {
  const words = ahead.ends_membership ? "org.remove.ends" : "org.remove.stays";
  return [{ words, values: { name } }, ...signingIn(ahead)];
}

/**
 * What came of it, so far.
 * @param {{name: string, state: "current" | "leaving" | "left", leaving: {ends_membership: boolean, nodes: number} | null, acts_for: number}} after
 * @param {number} n how many key nodes confirmed it, checked on this device
 * @returns {Sentence[]}
 */
export function outcome({ name, state, leaving, acts_for }, n) {
  const finished = state === FINISHED;
  if (!leaving?.ends_membership) return [{ words: finished ? "org.removed-stays" : "org.unfinished-stays", values: { name } }];
  const words = finished ? "org.removed" : "org.unfinished";
  return [{ words, values: { name, n, nodes: leaving.nodes } }, ...signingIn({ ends_membership: true, acts_for })];
}

/**
 * For whom a leaver still acts, where nobody else does.
 * @param {{acts_for: number}} of
 * @returns {Sentence[]}
 */
export function actsFor({ acts_for: n }) {
  return n > 0 ? [{ words: "org.acts-for", values: { n } }] : [];
}

/** Never says both: who acts for somebody still signs in for that. @param {Ending} of @returns {Sentence[]} */
function signingIn(of) {
  const acts = actsFor(of);
  return of.ends_membership && acts.length === 0 ? [{ words: "org.signed-out" }] : acts;
}
