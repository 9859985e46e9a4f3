/** The operations of attachments.json: streams are built here, and opened by the kernel. */

/** SHA-256(lp(seed) lp(dec(0))) || SHA-256(lp(seed) lp(dec(1))) || ..., cut to length. */
function plaintext({ seed, length }, { encoding, kdf }) {
  const out = new Uint8Array(length);
  for (let i = 0; i * 32 < length; i++) {
    const block = kdf.sha256(encoding.lp(seed, encoding.dec(i)));
    out.set(block.subarray(0, Math.min(32, length - i * 32)), i * 32);
  }
  return out;
}

async function collect(stream, { bytes }) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return bytes.concat(...parts);
}

async function seal(input, kernel) {
  const { attachments, bytes: { fromHex, toHex }, kdf } = kernel;
  const sealer = new attachments.AttachmentSealer(fromHex(input.k), input.id);
  const stream = await collect(sealer.seal([plaintext(input.plain, kernel)]), kernel);
  return {
    key: toHex(attachments.attachmentKey(fromHex(input.k), input.id)),
    size: sealer.size, sha256: toHex(kdf.sha256(stream)), first16: toHex(stream.subarray(0, 16)),
    leaves: sealer.leaves.map(toHex), root: toHex(sealer.root),
  };
}

async function builtChunk(entry, plain, key, { aes, bytes }) {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setUint32(7, entry.number);
  nonce[11] = entry.last;
  const chunk = await aes.gcmEncrypt(key, nonce, plain.subarray(entry.from, entry.to));
  if (entry.xor) chunk[entry.xor[0]] ^= entry.xor[1];
  return bytes.concat(chunk.subarray(0, chunk.length - (entry.cut ?? 0)));
}

async function builtStream(input, plain, kernel) {
  const { attachments, aes, bytes: { concat, fromHex, toHex }, kdf } = kernel;
  const secret = attachments.attachmentKey(fromHex(input.stream_k ?? input.k), input.stream_id ?? input.id);
  const key = await aes.gcmKey(secret);
  const chunks = [];
  for (const entry of input.stream) chunks.push(await builtChunk(entry, plain, key, kernel));
  const stream = concat(...chunks, fromHex(input.append ?? ""));
  if (toHex(kdf.sha256(stream)) !== input.stream_sha256) throw new Error("the stream was built wrongly");
  return stream;
}

async function open(input, kernel) {
  const { attachments, bytes: { fromHex, toHex }, kdf } = kernel;
  const stream = await builtStream(input, plaintext(input.plain, kernel), kernel);
  const expected = {
    size: input.size, root: typeof input.root === "string" ? fromHex(input.root) : input.root,
  };
  const opened = await collect(attachments.openStream(fromHex(input.k), input.id, [stream], expected), kernel);
  return { sha256: toHex(kdf.sha256(opened)) };
}

async function range(input, kernel) {
  const { attachments, bytes: { fromHex, toHex }, kdf } = kernel;
  const { id, offset, length } = input;
  const k = fromHex(input.k);
  const stream = await collect(attachments.sealStream(k, id, [plaintext(input.plain, kernel)]), kernel);
  const fetch = (from, to) => stream.subarray(from, to);
  const part = await collect(attachments.openRange(k, id, fetch, { offset, length, size: stream.length }), kernel);
  return { chunks: attachments.chunkRange(offset, length, stream.length), sha256: toHex(kdf.sha256(part)) };
}

function path({ leaf, index, count, path: hashes, root }, { merkle, bytes: { fromHex }, DecodingError }) {
  if (!Array.isArray(hashes)) throw new DecodingError("not a list");
  merkle.verifyInclusion({ leaf: fromHex(leaf), index, size: count, path: hashes.map(fromHex), root: fromHex(root) });
}

export const attachmentOperations = {
  "attachments/seal": seal,
  "attachments/open": open,
  "attachments/range": range,
  "attachments/path": path,
};
