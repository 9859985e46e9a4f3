/**
 * Merkle trees of RFC 9162: roots, inclusion and consistency, with paths of exactly the right
 * length.
 * @module
 */
import { equal, fixed } from "./bytes.js";
import { isInt } from "./encoding.js";
import { MerkleError } from "./errors.js";
import { sha256 } from "./kdf.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** @param {Uint8Array} entry @returns {Bytes} SHA-256(0x00 || entry) */
export function leafHash(entry) {
  return sha256(LEAF, entry);
}

/** @param {Uint8Array} left @param {Uint8Array} right @returns {Bytes} SHA-256(0x01 || left || right) */
function nodeHash(left, right) {
  return sha256(NODE, left, right);
}

/** Builds a root leaf by leaf in logarithmic memory. */
export class MerkleAccumulator {
  /** @type {{height: number, hash: Bytes}[]} */
  #peaks = [];
  /** Leaves added so far. */
  size = 0;

  /** @param {Uint8Array} leaf leaf hash, 32 octets */
  add(leaf) {
    let top = { height: 0, hash: fixed(leaf, 32, "leaf hash") };
    while (this.#peaks.at(-1)?.height === top.height) {
      const left = /** @type {{hash: Bytes}} */ (this.#peaks.pop());
      top = { height: top.height + 1, hash: nodeHash(left.hash, top.hash) };
    }
    this.#peaks.push(top);
    this.size += 1;
  }

  /** @returns {Bytes} the root of the leaves so far; SHA-256 of nothing for none */
  root() {
    if (this.#peaks.length === 0) return sha256(new Uint8Array(0));
    return this.#peaks.map((peak) => peak.hash).reduceRight((right, left) => nodeHash(left, right));
  }
}

/** @param {Uint8Array[]} leaves leaf hashes @returns {Bytes} */
export function root(leaves) {
  const tree = new MerkleAccumulator();
  for (const leaf of leaves) tree.add(leaf);
  return tree.root();
}

/** @param {number} size from 2 @returns {number} the greatest power of two below size */
function split(size) {
  let k = 1;
  while (k * 2 < size) k *= 2;
  return k;
}

/**
 * PATH(index, leaves) of RFC 9162 section 2.1.3.1.
 * @param {Uint8Array[]} leaves
 * @param {number} index 0 <= index < leaves.length
 * @returns {Bytes[]}
 * @throws {MerkleError}
 */
export function inclusionPath(leaves, index) {
  if (!isInt(index) || index < 0 || index >= leaves.length) throw new MerkleError("no such leaf");
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  if (index < k) return [...inclusionPath(leaves.slice(0, k), index), root(leaves.slice(k))];
  return [...inclusionPath(leaves.slice(k), index - k), root(leaves.slice(0, k))];
}

/**
 * PROOF(first, leaves) of RFC 9162 section 2.1.4.1.
 * @param {Uint8Array[]} leaves of the later tree
 * @param {number} first size of the earlier tree, 0 < first <= leaves.length
 * @returns {Bytes[]}
 * @throws {MerkleError}
 */
export function consistencyPath(leaves, first) {
  if (!isInt(first) || first < 1 || first > leaves.length) throw new MerkleError("no such earlier tree");
  return subproof(leaves, first, true);
}

/** @param {Uint8Array[]} leaves @param {number} first @param {boolean} whole @returns {Bytes[]} */
function subproof(leaves, first, whole) {
  if (first === leaves.length) return whole ? [] : [root(leaves)];
  const k = split(leaves.length);
  if (first <= k) return [...subproof(leaves.slice(0, k), first, whole), root(leaves.slice(k))];
  return [...subproof(leaves.slice(k), first - k, false), root(leaves.slice(0, k))];
}

/** @param {unknown} path @returns {Bytes[]} */
function checkPath(path) {
  // A tree of 2^53 leaves needs at most 54 hashes on any path.
  if (!Array.isArray(path) || path.length > 64) throw new MerkleError("path of a wrong length");
  return path.map((hash) => fixed(hash, 32, "hash of the path"));
}

/** @param {number} n @returns {number} floor(n / 2), also beyond 32 bits */
const half = (n) => Math.floor(n / 2);

/**
 * RFC 9162 section 2.1.3.2.
 * @param {{leaf: Uint8Array, index: number, size: number, path: Uint8Array[], root: Uint8Array}} claim
 *   leaf: leaf hash
 * @throws {MerkleError | DecodingError} unless the leaf stands at the index of that tree
 */
export function verifyInclusion({ leaf, index, size, path, root: expected }) {
  if (!isInt(index) || !isInt(size) || index < 0 || index >= size) throw new MerkleError("no such leaf");
  let hash = fixed(leaf, 32, "leaf hash");
  let [node, last] = [index, size - 1];
  for (const step of checkPath(path)) {
    if (last === 0) throw new MerkleError("path too long");
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(step, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash = nodeHash(hash, step);
    }
    [node, last] = [half(node), half(last)];
  }
  if (last !== 0 || !equal(hash, fixed(expected, 32, "root"))) throw new MerkleError("not in this tree");
}

/**
 * RFC 9162 section 2.1.4.2.
 * @param {{first: number, second: number, firstRoot: Uint8Array, secondRoot: Uint8Array,
 *   path: Uint8Array[]}} claim 0 < first <= second
 * @throws {MerkleError | DecodingError} unless the second tree extends the first
 */
export function verifyConsistency({ first, second, firstRoot, secondRoot, path }) {
  if (!isInt(first) || !isInt(second) || first < 1 || first > second) throw new MerkleError("wrong tree sizes");
  const steps = checkPath(path);
  const roots = [fixed(firstRoot, 32, "first root"), fixed(secondRoot, 32, "second root")];
  if (first === second) {
    if (steps.length > 0 || !equal(roots[0], roots[1])) throw new MerkleError("roots of one size differ");
    return;
  }
  const found = replay(first, second, isPowerOfTwo(first) ? [roots[0], ...steps] : steps);
  if (!equal(found[0], roots[0]) || !equal(found[1], roots[1])) throw new MerkleError("not consistent");
}

/**
 * @param {number} value from 1 to 2^53 - 1, where a logarithm in floating point is not exact
 * @returns {boolean}
 */
function isPowerOfTwo(value) {
  const wide = BigInt(value);
  return (wide & (wide - 1n)) === 0n;
}

/**
 * @param {number} first
 * @param {number} second
 * @param {Bytes[]} steps
 * @returns {[Bytes, Bytes]} the two roots that the path leads to
 */
function replay(first, second, steps) {
  if (steps.length === 0) throw new MerkleError("path too short");
  let [node, last] = [first - 1, second - 1];
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  let [older, newer] = [steps[0], steps[0]];
  for (const step of steps.slice(1)) {
    if (last === 0) throw new MerkleError("path too long");
    if (node % 2 === 1 || node === last) {
      [older, newer] = [nodeHash(step, older), nodeHash(step, newer)];
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      newer = nodeHash(newer, step);
    }
    [node, last] = [half(node), half(last)];
  }
  if (last !== 0) throw new MerkleError("path too short");
  return [older, newer];
}
