/** What a group's answers on one partition come to: opened, refused, or neither for now. @module */

/** @typedef {"open" | "refused" | "not-now"} Verdict */

/** A node's reason where the owner's list allows it and the node was never given what it takes. */
export const NOT_HERE = "not-here";

/**
 * A node without it speaks neither for nor against, and those that are not counted at all may still come.
 * Refused is only what denials stop: so many that one of them knows every list that was acknowledged, whatever the
 * others say; or so many of those that hold it, where these are enough, that no t of them are left.
 * @param {{n: number, t: number}} group
 * @param {{grants: number, denials: number, without: number}} counted nodes that gave what t of them open with,
 *   that denied it, and that have nothing to give
 * @returns {Verdict}
 */
export function verdict({ n, t }, { grants, denials, without }) {
  if (grants >= t) return "open";
  const holding = n - without;
  return denials >= Math.min(t, n - t + 1) || (holding >= t && holding - denials < t) ? "refused" : "not-now";
}
