/** What a group's answers on one partition come to: opened, refused, or neither for now. @module */
import { ApiError, Integrity } from "./errors.js";

/** @typedef {import("./access.js").Item} Item */
/** @typedef {import("./access.js").Vote} Vote */
/** @typedef {"open" | "refused" | "not-now"} Verdict */

/** A node's reason where the owner's list allows it and the node was never given what it takes. */
export const NOT_HERE = "not-here";

/** How many nodes deny each pair, and how many have nothing to give of it, by `pairOf`. */
export class Denials {
  denied = /** @type {Map<string, number>} */ (new Map());
  without = /** @type {Map<string, number>} */ (new Map());

  /** Add one node's checked answer. @param {import("../crypto/schemas.js").Members[]} items */
  count(items) {
    for (const { record, partitions } of items) {
      for (const { partition, decision, reason } of partitions) {
        if (decision === "allow") continue;
        const [counts, pair] = [reason === NOT_HERE ? this.without : this.denied, pairOf(record, partition)];
        counts.set(pair, (counts.get(pair) ?? 0) + 1);
      }
    }
  }

  /** @param {string} record @param {string} partition @returns {{denials: number, without: number}} */
  of(record, partition) {
    const pair = pairOf(record, partition);
    return { denials: this.denied.get(pair) ?? 0, without: this.without.get(pair) ?? 0 };
  }
}

/** @param {string} record @param {string} partition */
const pairOf = (record, partition) => JSON.stringify([record, partition]);

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

/** As the server says it where too few nodes answer. @returns {ApiError} */
export const notNow = () => new ApiError(503, "unavailable");

/**
 * @param {{n: number, t: number}} group @param {Item} item @param {Vote[]} all votes on one record
 * @param {{denials: Denials, me: string}} how me: who asked
 * @returns {{allowed: string[], away: string[], votes: Vote[]}} votes for one version
 */
export function agree(group, { record, partitions }, all, { denials, me }) {
  const votes = ofOneVersion(all, group.t);
  const said = (/** @type {string} */ name) => {
    const allowing = votes.filter(({ points }) => points.has(name));
    // Whom the list allows and for whom a node has no key yet: it has nothing to open with.
    const grants = allowing.filter(({ owner, points }) => owner === me || points.get(name) !== null).length;
    const counted = denials.of(record, name);
    return verdict(group, { ...counted, grants, without: counted.without + allowing.length - grants });
  };
  const by = Map.groupBy(partitions, said);
  return { allowed: by.get("open") ?? [], away: by.get("not-now") ?? [], votes };
}

/** @param {Vote[]} votes @param {number} t @returns {Vote[]} those for the newest version that t nodes vote for: a node may still be catching up */
function ofOneVersion(votes, t) {
  /** @type {Map<string, Vote[]>} */
  const groups = new Map();
  for (const vote of votes) {
    const name = JSON.stringify([vote.owner, vote.version, vote.manifest]);
    groups.set(name, [...(groups.get(name) ?? []), vote]);
  }
  if (groups.size <= 1) return votes;
  const enough = [...groups.values()].filter((group) => group.length >= t);
  if (enough.length === 0) throw new Integrity("nodes-disagree");
  return enough.reduce((best, group) => (group[0].version > best[0].version ? group : best));
}
