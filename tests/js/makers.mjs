/**
 * Makes every object with fresh randomness and hands it out as JSON: what the other kernel then
 * checks. Octets travel as hex, as in the vector files.
 */
import { collect, kernel, octets } from "./bundle.mjs";

const {
  attachments, bytes: { fromHex, toHex, utf8, utf8Text }, envelope, groups, hpke, keys, log, merkle, pre, proofs, slots,
  statements,
} = kernel;
const hex = (value) => toHex(value.encode());
const member = (seed) => keys.MemberKeys.fromSeed(fromHex(seed));

/** A record of the given plaintexts, by the owner or by a contributor. */
async function record({ place, owner_seed, author, author_seed, iat, previous, extra, plaintexts, epoch }) {
  const [owner, byOwner] = [member(owner_seed), author === place.owner];
  const drafts = Object.entries(plaintexts).map(([partition, plaintext]) => {
    const own = owner.partition(partition, epoch);
    const encapsulation = envelope.encapsulatePartition(place, partition, epoch, own.public);
    return { encapsulation, plaintext: utf8(plaintext), w: byOwner ? own.wrap : undefined };
  });
  const sealed = await envelope.encryptRecord(place, drafts, { author, authorKeys: member(author_seed), iat, previous, extra });
  const parts = [...sealed.partitions].map(([name, { encapsulation: { R, k, kc, rh }, proof }]) =>
    [name, { R: hex(R), k: toHex(k), kc: toHex(kc), rh: toHex(rh), proof: toHex(proof) }]);
  return {
    document: utf8Text(sealed.document), manifest: sealed.manifest, payload: utf8Text(sealed.payload),
    partitions: Object.fromEntries(parts),
  };
}

async function attachment({ k, id, plaintext }) {
  const sealer = new attachments.AttachmentSealer(fromHex(k), id);
  const stream = await collect(sealer.seal([fromHex(plaintext)]));
  return { stream: toHex(stream), size: sealer.size, root: toHex(sealer.root) };
}

async function openAttachment({ k, id, stream, size, root }) {
  return { plaintext: toHex(await collect(attachments.openStream(fromHex(k), id, [fromHex(stream)], { size, root: fromHex(root) }))) };
}

function deal({ seed, partition, epoch, n, t, B }) {
  const own = member(seed).partition(partition, epoch);
  const { commitments, shares } = pre.deal(own.secret, n, t);
  const point = groups.decodeG2(fromHex(B));
  return {
    A: hex(own.public), commitments: commitments.map(hex), shares: shares.map(hex),
    D: shares.map((share) => hex(pre.directPoint(point, share))),
  };
}

async function sealed({ label, scope, plaintext, public: key }) {
  const info = label === "share" ? pre.shareInfo(scope) : pre.nodeInfo(label, { ...scope, digest: fromHex(scope.digest) });
  const { enc, ciphertext } = await hpke.seal(fromHex(key), info, fromHex(plaintext));
  return { enc: toHex(enc), ciphertext: toHex(ciphertext), info: toHex(info) };
}

async function hpkeKey() {
  const pair = await hpke.generateKey();
  return { secret: toHex(pair.secret), public: toHex(pair.public) };
}

async function slot({ seed, type, secret, salt: given, ...rest }) {
  const [own, who] = [fromHex(seed), given ? { ...rest, salt: fromHex(given) } : rest];
  if (type === "recovery") return shown(await slots.makeRecoverySlot(own, who));
  if (type === "password") return shown(await slots.makePasswordSlot(own, { ...who, password: secret }));
  const salt = new Uint8Array(16).fill(5);
  return shown(await slots.makePasskeySlot(own, { ...who, salt, prf: fromHex(secret) }));
}

function shown({ slot: made, loginSecret, code }) {
  return { slot: made, login_secret: toHex(loginSecret), ...(code && { code }) };
}

async function openSlot({ slot: given, secret, deployment, login }) {
  const typed = given.type === "passkey" ? fromHex(secret) : secret;
  const { seed, loginSecret } = await slots.openSlot(given, { deployment, login, secret: typed });
  return { seed: toHex(seed), login_secret: toHex(loginSecret) };
}

function proof({ kind, deployment, secret, base, ctx }) {
  const converted = Object.fromEntries(Object.entries(ctx).map(([name, value]) =>
    [name, ["verification", "digest"].includes(name) ? fromHex(value) : value]));
  const made = proofs.prove(kind, {
    deployment, secret: groups.decodeScalar(fromHex(secret)), ctx: converted,
    base: base === undefined ? undefined : groups.decodeG1(fromHex(base)),
  });
  return { Y: hex(made.Y), proof: toHex(made.proof) };
}

function checkpoint({ name, seed, public: key, size, root }) {
  return { note: log.signNote(name, fromHex(seed), fromHex(key), log.formatCheckpoint(name, size, fromHex(root))) };
}

function openCheckpoint({ name, public: key, note }) {
  const { size, root } = log.verifyNote(name, fromHex(key), note);
  return { size, root: toHex(root) };
}

function paths({ entries, index, first }) {
  const leaves = entries.map((entry) => merkle.leafHash(fromHex(entry)));
  return {
    inclusion: merkle.inclusionPath(leaves, index).map(toHex), consistency: merkle.consistencyPath(leaves, first).map(toHex),
    root: toHex(merkle.root(leaves)), first_root: toHex(merkle.root(leaves.slice(0, first))), leaf: toHex(leaves[index]),
  };
}

/** What can be asked for, beside the operations of the vector files. */
export const makers = new Map(Object.entries({
  "make/record": record,
  "make/attachment": attachment,
  "open/attachment": openAttachment,
  "make/statement": ({ seed, typ, payload }) => ({ jws: statements.sign(member(seed), typ, octets(payload)) }),
  "make/deal": deal,
  "make/sealed": sealed,
  "make/hpke-key": hpkeKey,
  "make/slot": slot,
  "open/slot": openSlot,
  "make/proof": proof,
  "make/checkpoint": checkpoint,
  "open/checkpoint": openCheckpoint,
  "make/paths": paths,
}));
