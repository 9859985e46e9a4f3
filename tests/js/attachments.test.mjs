/** Files of a partition in the browser's endpoint: sealed, kept, sent in pieces, opened in parts and whole. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import test from "node:test";

import fc from "fast-check";

import { openStream, sealStream } from "../../static/js/crypto/attachments.js";
import { leafHash, root as merkleRoot } from "../../static/js/crypto/merkle.js";
import { AttachedFile } from "../../static/js/endpoint/attached.js";
import { digestOf, digests, octetsOf, PIECE, sealAttachment, sizeOf } from "../../static/js/endpoint/attachments.js";
import { Download } from "../../static/js/endpoint/downloading.js";
import * as outbox from "../../static/js/endpoint/outbox.js";
import { upload } from "../../static/js/endpoint/uploading.js";

const K = new Uint8Array(32).fill(3);
const CIPHER_CHUNK = 65552;
const MIB = 2 ** 20;
const b64u = (octets) => Buffer.from(octets).toString("base64url");
const hex = (octets) => createHash("sha256").update(octets).digest("hex");
const noise = (length) => new Uint8Array(randomBytes(length));

// What the endpoint waits before it tries again is not tried here.
const real = globalThis.setTimeout;
globalThis.setTimeout = (call, wait, ...more) => real(call, wait >= 1000 && wait <= 6000 ? 0 : wait, ...more);

async function collect(source) {
  const parts = [];
  // A part is given up when the next is asked for.
  for await (const part of source) parts.push(part.slice());
  return new Uint8Array(Buffer.concat(parts));
}

/** A memory like the one on disk; `room`: how many more writes fit. */
function heldMemory() {
  const entries = new Map();
  return {
    entries, room: Infinity,
    async get(name) { return structuredClone(entries.get(name)); },
    async has(name) { return entries.has(name); },
    async set(name, value) {
      if (this.room-- <= 0) throw Object.assign(new Error("storage"), { code: "storage" });
      entries.set(name, structuredClone(value));
    },
    async remove(name) { entries.delete(name); },
    locked: (_name, run) => run(),
  };
}

/** @returns {Promise<{entry: object, pieces: Uint8Array[]}>} */
async function sealed(content) {
  const pieces = [];
  const told = [];
  const entry = await sealAttachment(K, content, { store: async (id, octets) => void pieces.push({ id, octets: octets.slice() }), onOctets: (n) => told.push(n) });
  assert.ok(pieces.every(({ id }) => id === entry.id));
  assert.equal(told.reduce((sum, n) => sum + n, 0), sizeOf(content));
  return { entry, pieces: pieces.map(({ octets }) => octets) };
}

function rootOf(cipher) {
  const leaves = [];
  for (let at = 0; at < cipher.length; at += CIPHER_CHUNK) leaves.push(leafHash(cipher.subarray(at, at + CIPHER_CHUNK)));
  return b64u(merkleRoot(leaves));
}

/** A server of attachments as docs and contract say: in pieces, whole, and by range. */
class Store {
  constructor({ pieces = true, ranges = true, held = new Uint8Array(0) } = {}) {
    Object.assign(this, { pieces, ranges, held, finished: null, calls: [], breaks: [] });
    globalThis.fetch = (path, init) => this.#answer(path, init);
  }

  async #answer(path, { method, body, headers, signal }) {
    if (signal?.aborted) throw signal.reason;
    const [where, query = ""] = path.replace("/api/attachments/", "").split("?");
    const call = `${method} ${where.split("/").slice(1).join("/") || "whole"}`;
    this.calls.push(call);
    const broken = this.breaks[0] === call ? this.breaks.shift() : null;
    const octets = typeof body === "string" || !body ? null : new Uint8Array(await new Blob([body]).arrayBuffer());
    const answer = this.#act(call, new URLSearchParams(query), octets, headers, body);
    if (broken) throw new TypeError("the answer was lost");
    return answer;
  }

  #act(call, query, octets, headers, body) {
    const json = (value, status = 200) => new Response(JSON.stringify(value), { status });
    if (call === "GET upload") return this.pieces ? json({ received: this.held.length }) : json({ code: "not-found" }, 404);
    if (call === "PUT whole") return this.#finish(octets);
    if (call === "PATCH upload") {
      if (Number(query.get("offset")) !== this.held.length) return json({ code: "conflict", received: this.held.length }, 409);
      assert.ok(octets.length > 0 && octets.length <= 8 * MIB);
      this.held = new Uint8Array(Buffer.concat([this.held, octets]));
      return json({ received: this.held.length });
    }
    if (call === "POST upload") {
      const { size, root } = JSON.parse(body);
      return size === this.held.length && root === rootOf(this.held) ? this.#finish(this.held) : json({ code: "conflict", received: this.held.length }, 409);
    }
    return this.#content(headers.Range);
  }

  #finish(octets) {
    this.finished = octets;
    return new Response(JSON.stringify({ size: octets.length, root: rootOf(octets) }));
  }

  #content(range) {
    this.finished ??= new Uint8Array(0);
    const found = /^bytes=(\d+)-(\d*)$/.exec(range ?? "");
    if (!found || !this.ranges) return new Response(this.finished);
    const [from, to] = [Number(found[1]), found[2] ? Number(found[2]) + 1 : this.finished.length];
    return new Response(this.finished.subarray(from, to), { status: 206 });
  }
}

const source = (pieces) => ({ piece: async (n) => pieces[n].slice(), whole: async () => new Blob(pieces) });
const told = (octets, more = {}) => ({ name: "a.pdf", type: "application/pdf", size: octets.length, sha256: hex(octets), ...more });
const guard = { reports: 0, by: async (check) => { try { return await check(); } catch (error) { guard.reports += 1; throw error; } } };

function opened(entry, octets, { renew = async () => assert.fail("nobody asked"), told: more = {} } = {}) {
  const download = new Download(entry.id, entry.size, { request: "r", tickets: [] }, renew);
  return new AttachedFile(K, entry, told(octets, more), { download, reporting: guard.by });
}

test("what is sealed opens again, whatever its size and however it is given", async () => {
  for (const length of [0, 1, 65535, 65536, 65537, 64 * 65536, 64 * 65536 + 1, 5 * MIB]) {
    const octets = noise(length);
    for (const content of [octets, new Blob([octets])]) {
      const { entry, pieces } = await sealed(content);
      assert.deepEqual(pieces.slice(0, -1).map((one) => one.length), pieces.slice(0, -1).map(() => PIECE));
      const cipher = new Uint8Array(Buffer.concat(pieces));
      assert.equal(cipher.length, entry.size);
      assert.equal(entry.root, rootOf(cipher));
      const plain = await collect(openStream(K, entry.id, [cipher], { size: entry.size, root: Uint8Array.from(Buffer.from(entry.root, "base64url")) }));
      assert.ok(Buffer.compare(plain, octets) === 0);
    }
  }
});

test("a digest is the same of octets, a small file and one that is hashed as it streams", async () => {
  const octets = noise(16 * MIB + 1);
  const expected = hex(octets);
  for (const content of [octets, new Blob([octets])]) assert.equal(Buffer.from(await digestOf(content)).toString("hex"), expected);
  const blob = new Blob([octets.subarray(0, 1000)]);
  let read = 0;
  blob.arrayBuffer = async () => { read += 1; return octets.slice(0, 1000).buffer; };
  const of = digests();
  await Promise.all([of(blob), of(blob)]);
  assert.equal(read, 1);
});

test("a file that is taken away while it is read is told of, and a pause stops it", async () => {
  const broken = new Blob(["x"]);
  broken.arrayBuffer = async () => { throw new DOMException("changed", "NotReadableError"); };
  broken.slice = () => broken;
  await assert.rejects(digestOf(broken), { code: "unreadable-file" });
  await assert.rejects(collect(octetsOf(broken)), { code: "unreadable-file" });
  await assert.rejects(sealAttachment(K, broken, { store: async () => {}, onOctets() {} }), { code: "unreadable-file" });
  const signal = AbortSignal.abort();
  await assert.rejects(sealAttachment(K, noise(70_000), { store: async () => {}, onOctets() {}, signal }), { code: "paused" });
});

test("what was read of a file is given back at once; octets that were given stay whole", async () => {
  const octets = noise(3 * MIB + 5);
  const before = octets.slice();
  const parts = [];
  for await (const part of octetsOf(new Blob([octets]))) {
    assert.ok(parts.every((one) => one.length === 0));
    assert.ok(part.length > 0 && part.length <= MIB);
    parts.push(part);
  }
  assert.deepEqual(parts.map((one) => one.length), [0, 0, 0, 0]);
  const stored = [];
  await sealAttachment(K, octets, { store: async (_id, piece) => { stored.push(piece); assert.ok(piece.length > 0); }, onOctets() {} });
  assert.deepEqual(stored.map((one) => one.length), [0]);
  await digestOf(octets);
  assert.ok(Buffer.compare(octets, before) === 0);
});

test("a disk that is full keeps nothing of the half, and what waits there before stays", async () => {
  const memory = heldMemory();
  const parts = { attachments: [] };
  await outbox.add(memory, "first", 1, async (store) => { await store("document", noise(10)); return parts; });
  memory.room = 4;
  await assert.rejects(outbox.add(memory, "second", 2, async (store) => {
    for (let i = 0; i < 9; i++) await store("big", noise(10));
    return parts;
  }), { code: "storage" });
  memory.room = Infinity;
  assert.deepEqual((await outbox.parcels(memory)).map(({ key }) => key), ["first"]);
  assert.deepEqual([...memory.entries.keys()].filter((name) => name.includes("/big/")), []);
  const [first] = await outbox.parcels(memory);
  assert.equal((await outbox.piece(memory, first, "document", 0)).length, 10);
  await assert.rejects(outbox.piece(memory, first, "document", 1), { what: "memory" });
});

test("small ones go whole, large ones in pieces, and all of them whole to a server without pieces", async () => {
  for (const [length, pieces, calls] of [
    [1000, true, ["PUT whole"]],
    [5 * MIB, true, ["GET upload", "PATCH upload", "PATCH upload", "POST upload"]],
    [5 * MIB, false, ["GET upload", "PUT whole"]],
  ]) {
    const made = await sealed(noise(length));
    const store = new Store({ pieces });
    await upload(made.entry, source(made.pieces));
    assert.deepEqual(store.calls, calls);
    assert.equal(rootOf(store.finished), made.entry.root);
  }
});

test("an upload goes on where the server is, from the middle of a piece too, and after lost answers", async () => {
  const made = await sealed(noise(5 * MIB));
  const cipher = new Uint8Array(Buffer.concat(made.pieces));
  for (const at of [0, 1, PIECE - 1, PIECE, PIECE + 77, cipher.length - 1, cipher.length]) {
    const store = new Store({ held: cipher.slice(0, at) });
    store.breaks = ["PATCH upload", "POST upload"].filter((call) => call !== "PATCH upload" || at < cipher.length);
    const sent = [];
    await upload(made.entry, source(made.pieces), { onSent: (n) => sent.push(n) });
    assert.ok(Buffer.compare(store.finished, cipher) === 0, `from ${at}`);
    assert.equal(sent[0], at);
    assert.equal(sent.at(-1), cipher.length);
    assert.deepEqual(sent.toSorted((a, b) => a - b), sent);
  }
});

test("what the server has, when it is something else, is a stop; nonsense does not go on for ever", async () => {
  const made = await sealed(noise(5 * MIB));
  const cipher = new Uint8Array(Buffer.concat(made.pieces));
  const changed = cipher.slice();
  changed[PIECE + 5] ^= 1;
  new Store({ held: changed });
  await assert.rejects(upload(made.entry, source(made.pieces)), { name: "Integrity", what: "attachment" });
  new Store({ held: new Uint8Array(cipher.length + 1) });
  await assert.rejects(upload(made.entry, source(made.pieces)), { name: "Integrity", what: "attachment" });
  new Store();
  await assert.rejects(upload(made.entry, source([made.pieces[0].subarray(1), ...made.pieces.slice(1)])), { what: "memory" });
  const endless = new Store();
  globalThis.fetch = async (path, { method }) => {
    endless.calls.push(method);
    return new Response(JSON.stringify(method === "PATCH" ? { code: "conflict", received: 0 } : { received: 0 }), { status: method === "PATCH" ? 409 : 200 });
  };
  await assert.rejects(upload(made.entry, source(made.pieces)), { code: "conflict" });
  assert.ok(endless.calls.length < 10);
});

test("a pause stops before the next piece, and the rest goes later", async () => {
  const made = await sealed(noise(5 * MIB));
  const store = new Store();
  const stop = new AbortController();
  await assert.rejects(upload(made.entry, source(made.pieces), { signal: stop.signal, onSent: (n) => n >= PIECE && stop.abort() }), { name: "Paused", code: "paused" });
  assert.equal(store.held.length, PIECE);
  await upload(made.entry, source(made.pieces));
  assert.equal(rootOf(store.finished), made.entry.root);
});

test("any part of a file opens at its place, and costs the chunks that it lies in", async () => {
  const octets = noise(700_001);
  const made = await sealed(octets);
  for (const ranges of [true, false]) {
    const store = new Store({ ranges });
    store.finished = new Uint8Array(Buffer.concat(made.pieces));
    const file = opened(made.entry, octets);
    await fc.assert(fc.asyncProperty(fc.nat(octets.length - 1), fc.integer({ min: 1, max: 200_000 }), async (offset, wanted) => {
      const length = Math.min(wanted, octets.length - offset);
      const part = await file.part(offset, length);
      assert.ok(Buffer.compare(part, octets.subarray(offset, offset + length)) === 0);
    }), { numRuns: 20 });
    assert.equal(store.calls.length, ranges ? 20 : 1);
    await assert.rejects(file.part(0, octets.length + 1), { name: "OpenError" });
    await assert.rejects(file.part(octets.length, 1), { name: "OpenError" });
  }
});

test("whole means what was signed: any octet changed, cut, added or moved is refused and reported", async () => {
  const octets = noise(200_000);
  const made = await sealed(octets);
  const cipher = new Uint8Array(Buffer.concat(made.pieces));
  const blob = async (changed, more) => {
    new Store().finished = changed;
    return opened(made.entry, octets, more).whole();
  };
  assert.ok(Buffer.compare(new Uint8Array(await (await blob(cipher)).arrayBuffer()), octets) === 0);
  assert.equal((await blob(cipher)).type, "application/pdf");
  const swapped = new Uint8Array(Buffer.concat([cipher.subarray(CIPHER_CHUNK, 2 * CIPHER_CHUNK), cipher.subarray(0, CIPHER_CHUNK), cipher.subarray(2 * CIPHER_CHUNK)]));
  const flip = (at) => { const one = cipher.slice(); one[at] ^= 1; return one; };
  const bad = [flip(0), flip(CIPHER_CHUNK), flip(cipher.length - 1), cipher.subarray(0, -1), cipher.subarray(0, 2 * CIPHER_CHUNK), new Uint8Array(Buffer.concat([cipher, Uint8Array.of(0)])), swapped, new Uint8Array(0)];
  guard.reports = 0;
  for (const changed of bad) await assert.rejects(blob(changed));
  await assert.rejects(blob(cipher, { told: { sha256: hex("other") } }), { what: "attachment" });
  assert.equal(guard.reports, bad.length + 1);
  await assert.rejects(async () => opened(made.entry, octets, { told: { size: octets.length + 1 } }), { what: "attachment" });
  new Store().finished = flip(CIPHER_CHUNK);
  const file = opened(made.entry, octets);
  assert.equal((await file.part(0, 100)).length, 100);
  await assert.rejects(file.part(65536, 100), { name: "OpenError" });
});

test("a large download comes range by range, goes on after a break, and takes a whole answer as well", async () => {
  const octets = noise(5 * MIB);
  const made = await sealed(octets);
  for (const [ranges, breaks, calls] of [[true, 0, 2], [true, 1, 3], [false, 0, 1]]) {
    const store = new Store({ ranges });
    store.finished = new Uint8Array(Buffer.concat(made.pieces));
    store.breaks = Array(breaks).fill("POST content");
    const progress = [];
    const blob = await opened(made.entry, octets).whole({ onProgress: (done) => progress.push(done) });
    assert.ok(Buffer.compare(new Uint8Array(await blob.arrayBuffer()), octets) === 0);
    assert.equal(store.calls.length, calls);
    assert.equal(progress.at(-1), octets.length);
  }
  const store = new Store();
  store.finished = new Uint8Array(Buffer.concat(made.pieces));
  for (const changed of [store.finished.subarray(0, PIECE), new Uint8Array(Buffer.concat([store.finished, Uint8Array.of(1)]))]) {
    for (const ranges of [true, false]) {
      if (ranges && changed.length > made.entry.size) continue;
      new Store({ ranges }).finished = changed;
      await assert.rejects(opened(made.entry, octets).whole(), { name: "OpenError" });
    }
  }
  const stop = new AbortController();
  new Store().finished = store.finished;
  await assert.rejects(opened(made.entry, octets).whole({ signal: stop.signal, onProgress: () => stop.abort() }), { name: "Paused" });
  new Store().breaks = Array(9).fill("POST content");
  await assert.rejects(opened(made.entry, octets).whole(), { code: "offline" });
});

test("a permission that has run out is asked for once more", async () => {
  const octets = noise(100_000);
  const made = await sealed(octets);
  const store = new Store();
  store.finished = new Uint8Array(Buffer.concat(made.pieces));
  const good = globalThis.fetch;
  globalThis.fetch = async (path, init) => (JSON.parse(init.body).request === "new" ? good(path, init)
    : new Response(JSON.stringify({ code: "expired" }), { status: 403 }));
  let asked = 0;
  const renew = async () => { asked += 1; return { request: "new", tickets: [] }; };
  const file = opened(made.entry, octets, { renew });
  assert.equal((await file.part(70_000, 10)).length, 10);
  assert.equal((await file.whole()).size, octets.length);
  assert.equal(asked, 1);
  file.close();
  await assert.rejects(file.part(0, 1), { name: "Paused" });
  await assert.rejects(file.whole(), { name: "Paused" });
});

test("the sealed stream is the kernel's own, chunk by chunk", async () => {
  const octets = noise(150_000);
  const id = "00000000-0000-4000-8000-000000000001";
  const cipher = await collect(sealStream(K, id, [octets]));
  const file = opened({ id, size: cipher.length, root: rootOf(cipher) }, octets);
  new Store().finished = cipher;
  assert.equal((await file.whole()).size, octets.length);
});
