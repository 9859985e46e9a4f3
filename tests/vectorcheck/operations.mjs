/**
 * What each operation of the vector files asks of the kernel: its name in the table is
 * "topic/operation". Only conversions between the files' hex and the kernel's types stand here;
 * every check is the kernel's.
 *
 * An operation gets the input, the kernel, and the expected result, which the encodings need: a
 * discrete logarithm cannot be computed, only compared.
 */
import { attachmentOperations } from "./attachments.mjs";

/** An object of the files as a Map, where something else is refused as a decoding error. */
function mapOf(value, convert, { DecodingError }) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new DecodingError("not an object");
  return new Map(Object.entries(value).map(([name, one]) => [name, convert(one)]));
}

/** A list of the files, where something else is refused as a decoding error. */
function listOf(value, convert, { DecodingError }) {
  if (!Array.isArray(value)) throw new DecodingError("not a list");
  return value.map((one) => convert(one));
}

// encodings

function constants(_, { groups, bytes: { toHex }, kdf }) {
  const Z = groups.theZ().encode();
  return {
    g1: toHex(groups.G1_GENERATOR.encode()), g2: toHex(groups.G2_GENERATOR.encode()),
    Z: toHex(Z), Z_sha256: toHex(kdf.sha256(Z)),
  };
}

function pairing({ P, Q }, { groups, bytes: { fromHex, toHex }, kdf }) {
  const value = groups.pair(groups.decodeG1(fromHex(P)), groups.decodeG2(fromHex(Q)));
  return { sha256: toHex(kdf.sha256(value.encode())) };
}

function element(decode, generator, power) {
  return ({ octets }, { groups, bytes: { fromHex, toHex } }, expect) => {
    const own = groups[decode](fromHex(octets));
    if (toHex(own.encode()) !== octets) throw new Error("encodes to other octets");
    const claimed = groups.decodeScalar(fromHex(expect.scalar ?? "01".padStart(64, "0")));
    return { scalar: generator(groups)[power](claimed).equals(own) ? expect.scalar : "another element" };
  };
}

// keys, proofs

function derive({ seed, partitions }, kernel) {
  const { keys, bytes: { fromHex, toHex } } = kernel;
  const own = keys.MemberKeys.fromSeed(fromHex(seed));
  const hex = (value) => toHex(value.encode());
  return {
    x: hex(own.receiveSecret), B: hex(own.receivePublic), verification: toHex(own.verification),
    kid: own.thumbprint,
    partitions: listOf(partitions, ({ partition, epoch }) => {
      const { secret, public: A, wrap } = own.partition(partition, epoch);
      return { x: hex(secret), A: hex(A), w: toHex(wrap) };
    }, kernel),
  };
}

/** Members that the files write as hex. */
const OCTETS = new Set(["verification", "digest", "rh"]);
const CONTEXTS = {
  "key-A": ["member", "partition", "epoch", "verification"],
  "key-B": ["member", "verification"],
  deposit: ["owner", "record", "version", "partition", "epoch", "author", "digest"],
  access: ["deployment", "owner", "record", "version", "partition", "epoch", "rh"],
};

/** A context with its octets decoded; a missing or further member is refused here, where JSON ends. */
function contextOf(kind, value, { bytes, encoding, DecodingError }) {
  if (!encoding.sameNames(Object.keys(value ?? {}), CONTEXTS[kind] ?? [])) throw new DecodingError("not this kind's context");
  const convert = ([name, one]) => [name, OCTETS.has(name) ? bytes.fromHex(one) : one];
  return Object.fromEntries(Object.entries(value).map(convert));
}

function proofOptions({ deployment, kind, A, ctx }, kernel) {
  const { groups, bytes } = kernel;
  const base = A === undefined ? undefined : groups.decodeG1(bytes.fromHex(A));
  return { deployment, base, ctx: contextOf(kind, ctx, kernel) };
}

function verifyProof(input, kernel) {
  const { proofs, groups, bytes: { fromHex } } = kernel;
  const decode = input.kind === "key-B" ? groups.decodeG2 : groups.decodeG1;
  const options = { ...proofOptions(input, kernel), Y: decode(fromHex(input.Y)), proof: fromHex(input.proof) };
  proofs.verify(input.kind, options);
}

function proveSecret(input, kernel) {
  const { proofs, groups, bytes: { fromHex, toHex } } = kernel;
  const secret = groups.decodeScalar(fromHex(input.secret));
  const made = proofs.prove(input.kind, { ...proofOptions(input, kernel), secret, random: fromHex(input.random) });
  return { Y: toHex(made.Y.encode()), proof: toHex(made.proof) };
}

// deposit

function draft(part, place, own, byOwner, { envelope, bytes: { fromHex, utf8 }, groups }) {
  const r = groups.decodeScalar(fromHex(part.r));
  return {
    encapsulation: envelope.encapsulatePartition(place, part.partition, part.epoch, own.public, r),
    plaintext: utf8(part.plaintext), w: byOwner ? own.wrap : undefined, attachments: part.attachments,
    iv: fromHex(part.iv), proofRandom: fromHex(part.proof_random),
  };
}

async function encrypt(input, kernel) {
  const { keys, envelope, bytes: { fromHex, toHex, utf8Text }, aes } = kernel;
  const owner = keys.MemberKeys.fromSeed(fromHex(input.owner_seed));
  const { deployment, owner: id, record, version, author, iat, previous } = input;
  const place = { deployment, owner: id, record, version };
  const keysOf = (part) => [part.partition, owner.partition(part.partition, part.epoch)];
  const owned = new Map(listOf(input.partitions, keysOf, kernel));
  const drafted = (part) => draft(part, place, owned.get(part.partition), author === id, kernel);
  const drafts = input.partitions.map(drafted);
  const authorKeys = keys.MemberKeys.fromSeed(fromHex(input.author_seed));
  const sealed = await envelope.encryptRecord(place, drafts, { author, authorKeys, iat, previous });
  const shown = [];
  for (const [name, part] of sealed.partitions) {
    const { public: A, wrap } = owned.get(name);
    const wrapped = part.wrapped ?? await aes.wrapKey(wrap, part.encapsulation.k);
    shown.push([name, sealedPart({ ...part, wrapped, A }, kernel)]);
  }
  return {
    partitions: Object.fromEntries(shown), document: utf8Text(sealed.document), payload: utf8Text(sealed.payload),
    manifest: sealed.manifest, name: toHex(sealed.digest),
  };
}

function sealedPart({ encapsulation, octets, wrapped, proof, A }, { bytes: { toHex }, kdf }) {
  const { R, K, rh, k, kc } = encapsulation;
  return {
    A: toHex(A.encode()), R: toHex(R.encode()), K_sha256: toHex(kdf.sha256(K.encode())), rh: toHex(rh),
    k: toHex(k), kc: toHex(kc), octets: toHex(octets), wrapped: toHex(wrapped), proof: toHex(proof),
  };
}

/** A writer may choose prefixes: the expected document is read, and must hold the same octets. */
async function encryptAndCompare(input, kernel, expect) {
  const found = await encrypt(input, kernel);
  const { document, bytes: { toHex, utf8 } } = kernel;
  const names = input.partitions.map((part) => part.partition);
  const shown = (text) => JSON.stringify([...document.parseDocument(utf8(text), names)].sort()
    .map(([name, part]) => [name, toHex(part.octets), part.wrapped && toHex(part.wrapped)]));
  const alike = expect.document !== undefined && shown(found.document) === shown(expect.document);
  return alike ? { ...found, document: expect.document } : found;
}

async function read({ document, manifest, keys }, kernel) {
  const { envelope, bytes: { fromHex, utf8, utf8Text } } = kernel;
  const own = mapOf(keys, (key) => Object.fromEntries(mapOf(key, fromHex, kernel)), kernel);
  const plain = await envelope.readDocument(utf8(document), manifest, own);
  return { plaintext: Object.fromEntries([...plain].map(([name, octets]) => [name, utf8Text(octets)])) };
}

function checkDeposit(input, kernel) {
  const { deposit, groups, bytes: { fromHex } } = kernel;
  deposit.checkDeposit({
    deployment: input.deployment,
    directory: mapOf(input.directory, fromHex, kernel),
    keys: listOf(input.A, ({ partition, epoch, A }) => ({ partition, epoch, A: groups.decodeG1(fromHex(A)) }), kernel),
    manifest: input.manifest,
    R: mapOf(input.R, (hex) => groups.decodeG1(fromHex(hex)), kernel),
    proofs: mapOf(input.proofs, fromHex, kernel),
  });
}

// delegation, access

function deal(input, kernel) {
  const { keys, pre, groups, bytes: { fromHex, toHex } } = kernel;
  const own = keys.MemberKeys.fromSeed(fromHex(input.seed)).partition(input.partition, input.epoch);
  const coefficients = listOf(input.coefficients, (hex) => groups.decodeScalar(fromHex(hex)), kernel);
  const B = groups.decodeG2(fromHex(input.B));
  const { commitments, shares } = pre.deal(own.secret, input.n, input.t, coefficients);
  const hex = (values) => values.map((value) => toHex(value.encode()));
  return {
    A: toHex(own.public.encode()), commitments: hex(commitments), shares: hex(shares),
    V: hex(shares.map((_, i) => pre.verificationPoint(i + 1, input.n, input.t, commitments))),
    D: hex(shares.map((share) => pre.directPoint(B, share))),
  };
}

function dealt(input, kernel) {
  const { groups, bytes: { fromHex } } = kernel;
  const commitments = listOf(input.commitments, (hex) => groups.decodeG1(fromHex(hex)), kernel);
  const { index, n, t } = input;
  return { A: groups.decodeG1(fromHex(input.A)), index, n, t, commitments };
}

function checkDirect(input, kernel) {
  const { pre, groups: { decodeG2 }, bytes: { fromHex } } = kernel;
  pre.checkDirect({ ...dealt(input, kernel), B: decodeG2(fromHex(input.B)), D: decodeG2(fromHex(input.D)) });
}

function checkStanding(input, kernel) {
  const share = kernel.groups.decodeScalar(kernel.bytes.fromHex(input.share));
  kernel.pre.checkStanding({ ...dealt(input, kernel), share });
}

function point({ B, share }, { pre, groups, bytes: { fromHex, toHex } }) {
  const D = pre.directPoint(groups.decodeG2(fromHex(B)), groups.decodeScalar(fromHex(share)));
  return { D: toHex(D.encode()) };
}

async function unseal({ sk, enc, info, ciphertext }, { hpke, bytes: { fromHex, toHex } }) {
  return { plaintext: toHex(await hpke.unseal(fromHex(sk), fromHex(enc), fromHex(info), fromHex(ciphertext))) };
}

function reencrypt({ R, D }, { pre, groups, bytes: { fromHex, toHex } }) {
  const T = pre.reencrypt(groups.decodeG1(fromHex(R)), groups.decodeG2(fromHex(D)));
  return { T: toHex(T.encode()) };
}

/** Node indices stand as texts in the files, as they must in JSON. */
function answersOf(object, kernel) {
  const { groups, bytes: { fromHex }, DecodingError } = kernel;
  return new Map([...mapOf(object, (T) => groups.decodeGt(fromHex(T)), kernel)].map(([index, T]) => {
    if (!/^(?:0|[1-9][0-9]*)$/.test(index)) throw new DecodingError("not a node index");
    return [Number(index), T];
  }));
}

function opened(k, K, { kdf, bytes: { toHex } }) {
  return { K_sha256: toHex(kdf.sha256(K.encode())), k: toHex(k) };
}

function user(input, kernel) {
  const { keys, pre, bytes: { fromHex } } = kernel;
  const { receiveSecret } = keys.MemberKeys.fromSeed(fromHex(input.user_seed));
  const answers = answersOf(input.answers, kernel);
  const context = contextOf("access", input.context, kernel);
  const k = pre.userKey(receiveSecret, input.n, input.t, answers, context, fromHex(input.kc));
  return opened(k, pre.combine(receiveSecret, input.n, input.t, answers), kernel);
}

function owner(input, kernel) {
  const { keys, pre, groups, bytes: { fromHex } } = kernel;
  const context = contextOf("access", input.context, kernel);
  const own = keys.MemberKeys.fromSeed(fromHex(input.owner_seed)).partition(context.partition, context.epoch);
  const R = groups.decodeG1(fromHex(input.R));
  const k = pre.ownerKey(own.secret, R, context, fromHex(input.kc));
  return opened(k, pre.ownerEncapsulated(own.secret, R), kernel);
}

// statements, acl, slots, log

function signStatement({ seed, typ, payload }, { keys, statements, bytes: { fromHex, utf8 } }) {
  return { jws: statements.sign(keys.MemberKeys.fromSeed(fromHex(seed)), typ, utf8(payload)) };
}

function verifyStatement({ jws, typ, deployment, directory }, kernel) {
  const { statements, bytes: { fromHex, utf8Text } } = kernel;
  const verified = statements.verify(jws, { typ, deployment, directory: mapOf(directory, fromHex, kernel) });
  return { payload: utf8Text(verified.octets), name: verified.name };
}

function successor({ head, acl }, { acl: rules, statements, bytes: { fromHex } }) {
  statements.checkPayload("sesphr-acl", acl);
  rules.checkSuccessor(head && { ...head, digest: fromHex(head.digest) }, acl);
}

async function openSlot({ deployment, login, secret, slot }, { slots, bytes: { toHex } }) {
  const { seed, loginSecret } = await slots.openSlot(slot, { deployment, login, secret });
  return { seed: toHex(seed), login_secret: toHex(loginSecret) };
}

function logLeaf({ salt, event }, { log, encoding, bytes: { fromHex, toHex, utf8Text } }) {
  return {
    canonical: utf8Text(encoding.canonicalJson(event)),
    entry: toHex(log.entry(fromHex(salt), event)),
    leaf: toHex(log.leaf(fromHex(salt), event)),
  };
}

function logRoot({ entries }, kernel) {
  const { merkle, bytes: { fromHex, toHex } } = kernel;
  const leaves = listOf(entries, (entry) => merkle.leafHash(fromHex(entry)), kernel);
  return { leaves: leaves.map(toHex), root: toHex(merkle.root(leaves)) };
}

function inclusion({ leaf, index, size, path, root }, kernel) {
  const { merkle, bytes: { fromHex } } = kernel;
  merkle.verifyInclusion({ leaf: fromHex(leaf), index, size, path: listOf(path, fromHex, kernel), root: fromHex(root) });
}

function consistency({ first, second, first_root, second_root, path }, kernel) {
  const { merkle, bytes: { fromHex } } = kernel;
  const roots = { firstRoot: fromHex(first_root), secondRoot: fromHex(second_root) };
  merkle.verifyConsistency({ first, second, ...roots, path: listOf(path, fromHex, kernel) });
}

/** @type {Map<string, (input: any, kernel: any, expect: any) => unknown>} */
export const operations = new Map(Object.entries({
  "encodings/constants": constants,
  "encodings/pairing": pairing,
  "encodings/g1": element("decodeG1", ({ G1_GENERATOR }) => G1_GENERATOR, "multiply"),
  "encodings/g2": element("decodeG2", ({ G2_GENERATOR }) => G2_GENERATOR, "multiply"),
  "encodings/gt": element("decodeGt", ({ theZ }) => theZ(), "power"),
  "encodings/scalar": ({ octets }, { groups, bytes }) => groups.decodeScalar(bytes.fromHex(octets)),
  "encodings/lp": ({ parts }, kernel) => {
    const { encoding, bytes } = kernel;
    return { octets: bytes.toHex(encoding.lp(...listOf(parts, bytes.fromHex, kernel))) };
  },
  "encodings/base64url": ({ text }, { encoding, bytes }) => ({ octets: bytes.toHex(encoding.b64uDecode(text)) }),
  "encodings/uuid": ({ text }, { encoding }) => encoding.checkUuid(text),
  "encodings/partition-id": ({ text }, { encoding }) => encoding.checkPartition(text),
  "keys/derive": derive,
  "proofs/verify": verifyProof,
  "proofs/prove": proveSecret,
  "deposit/encrypt": encryptAndCompare,
  "deposit/read": read,
  "deposit/check": checkDeposit,
  "delegation/deal": deal,
  "delegation/check-direct": checkDirect,
  "delegation/check-standing": checkStanding,
  "delegation/point": point,
  "delegation/unseal": unseal,
  "access/reencrypt": reencrypt,
  "access/user": user,
  "access/owner": owner,
  ...attachmentOperations,
  "statements/sign": signStatement,
  "statements/verify": verifyStatement,
  "statements/fresh": ({ iat, now }, { statements }) => statements.checkFresh(iat, now),
  "acl/decide": ({ acl, member, request }, kernel) => kernel.acl.decide(acl, member, request),
  "acl/successor": successor,
  "slots/open": openSlot,
  "log/leaf": logLeaf,
  "log/root": logRoot,
  "log/inclusion": inclusion,
  "log/consistency": consistency,
}));
