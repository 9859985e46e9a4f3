/**
 * What an endpoint computes, in JavaScript, on the bundle that pages load: the cases of
 * `endpoint.py` under the same names. Node and Chromium run this very file.
 *
 * A case is prepared outside the measured time; its result is checked once.
 * @module
 */
const DEPLOYMENT = "bench.sesphr.example";
const OWNER = "0c3e9f1e-5f6b-4c63-9f4d-7c1f7f6f1a01";
const RECORD = "0c3e9f1e-5f6b-4c63-9f4d-7c1f7f6f1a02";
const PARTITIONS = ["personal", "medical", "insurance", "prescription"];
const NAME = "medical";
const THRESHOLDS = { 1: 1, 3: 2 };

/** @typedef {{run: () => unknown, check: (result: any) => unknown}} Prepared */

/** @param {Uint8Array} a @param {Uint8Array} b */
const same = (a, b) => a.length === b.length && a.every((octet, i) => octet === b[i]);

/** An owner and a user with fresh keys. */
class World {
  #sealed = new Map();

  /** @param {any} kernel the bundle @param {(size: number) => Promise<Uint8Array>} load a plaintext */
  constructor(kernel, load) {
    this.kernel = kernel;
    this.load = load;
    this.keys = kernel.keys.MemberKeys.fromSeed(kernel.bytes.randomBytes(32));
    this.userKeys = kernel.keys.MemberKeys.fromSeed(kernel.bytes.randomBytes(32));
    this.partition = this.keys.partition(NAME, 1);
    this.place = { deployment: DEPLOYMENT, owner: OWNER, record: RECORD, version: 1 };
    this.directory = new Map([[OWNER, this.keys.verification]]);
  }

  encapsulate() {
    return this.kernel.envelope.encapsulatePartition(this.place, NAME, 1, this.partition.public);
  }

  /** @param {Uint8Array} plaintext */
  seal(plaintext) {
    const draft = { encapsulation: this.encapsulate(), plaintext, w: this.partition.wrap };
    const authorship = { author: OWNER, authorKeys: this.keys, iat: 1, previous: null };
    return this.kernel.envelope.encryptRecord(this.place, [draft], authorship);
  }

  /** @param {number} size a sealed record and the answer that its user got; made once */
  async made(size) {
    if (!this.#sealed.has(size)) {
      const { pre } = this.kernel;
      const plaintext = await this.load(size);
      const record = await this.seal(plaintext);
      const part = record.partitions.get(NAME);
      const [share] = pre.deal(this.partition.secret, 1, 1).shares;
      const answer = pre.reencrypt(part.encapsulation.R, pre.directPoint(this.userKeys.receivePublic, share));
      this.#sealed.set(size, { plaintext, record, part, answer: answer.encode() });
    }
    return this.#sealed.get(size);
  }

  /** @param {string} jws @param {string} typ */
  verified(jws, typ = "sesphr-manifest") {
    return this.kernel.statements.verify(jws, { typ, deployment: DEPLOYMENT, directory: this.directory }).payload;
  }

  /** @param {{record: any}} made the owner's way of opening */
  async read({ document, manifest }) {
    const keys = new Map([[NAME, { w: this.partition.wrap }]]);
    return (await this.kernel.envelope.readDocument(document, this.verified(manifest), keys)).get(NAME);
  }

  /** @param {{public: Uint8Array, secret: Uint8Array}[]} nodes */
  async grant(nodes) {
    const { pre, hpke } = this.kernel;
    const n = nodes.length;
    const deal = pre.deal(this.partition.secret, n, THRESHOLDS[n]);
    const sealed = [];
    for (const [i, share] of deal.shares.entries()) {
      const D = pre.directPoint(this.userKeys.receivePublic, share);
      sealed.push(await hpke.seal(nodes[i].public, this.info(i + 1), D.encode()));
    }
    return { deal, sealed };
  }

  /** @param {number} index */
  info(index) {
    const digest = new Uint8Array(32);
    return this.kernel.pre.nodeInfo("delegation", { deployment: DEPLOYMENT, digest, partition: NAME, epoch: 1, index });
  }

  /** Node `index`'s part of a grant. */
  async checkDirect({ deal, sealed }, nodes, index) {
    const { groups, hpke, pre } = this.kernel;
    const { enc, ciphertext } = sealed[index - 1];
    const octets = await hpke.unseal(nodes[index - 1].secret, enc, this.info(index), ciphertext);
    const n = nodes.length;
    pre.checkDirect({
      A: groups.decodeG1(this.partition.public.encode()), B: groups.decodeG2(this.userKeys.receivePublic.encode()),
      index, n, t: THRESHOLDS[n], commitments: deal.commitments.map((E) => groups.decodeG1(E.encode())),
      D: groups.decodeG2(octets),
    });
    return true;
  }
}

/** @type {Record<string, (world: World, size: number) => Promise<Prepared> | Prepared>} */
const CASES = {
  async seal(world, size) {
    const plaintext = await world.load(size);
    return { run: () => world.seal(plaintext), check: async (record) => same(await world.read(record), plaintext) };
  },
  async open_user(world, size) {
    const { plaintext, record, part, answer } = await world.made(size);
    const { document, envelope, groups, pre } = world.kernel;
    const { place, rh } = part.encapsulation;
    const run = () => {
      const entry = envelope.manifestEntry(world.verified(record.manifest).partitions[NAME]);
      const { octets } = document.parseDocument(record.document, [NAME]).get(NAME);
      const answers = new Map([[1, groups.decodeGt(answer)]]);
      const context = { ...place, partition: NAME, epoch: 1, rh };
      const k = pre.userKey(world.userKeys.receiveSecret, 1, 1, answers, context, entry.kc);
      return envelope.openPartition(k, entry, octets);
    };
    return { run, check: (result) => same(result, plaintext) };
  },
  async open_owner(world, size) {
    const { plaintext, record } = await world.made(size);
    return { run: () => world.read(record), check: (result) => same(result, plaintext) };
  },

  encapsulate: (world) => ({ run: () => world.encapsulate(), check: ({ k }) => k.length === 32 }),
  async check_element(world, size) {
    const plaintext = await world.load(size);
    const run = () => world.kernel.document.checkElement(plaintext);
    return { run, check: (result) => result === undefined };
  },
  async gcm_encrypt(world, size) {
    const { aes, bytes } = world.kernel;
    const plaintext = await world.load(size);
    const key = await aes.gcmKey(bytes.randomBytes(32));
    const run = () => aes.gcmEncrypt(key, bytes.randomBytes(12), plaintext);
    return { run, check: ({ length }) => length === plaintext.length + 16 };
  },
  async digest(world, size) {
    const { octets } = (await world.made(size)).part;
    return { run: () => world.kernel.kdf.sha256(octets), check: ({ length }) => length === 32 };
  },
  wrap(world) {
    const { aes, bytes } = world.kernel;
    const k = bytes.randomBytes(32);
    const { wrap } = world.partition;
    return { run: () => aes.wrapKey(wrap, k), check: async (octets) => same(await aes.unwrapKey(wrap, octets), k) };
  },
  prove(world) {
    const { proofs, bytes } = world.kernel;
    const { A, R, r } = world.encapsulate();
    const ctx = {
      owner: OWNER, record: RECORD, version: 1, partition: NAME, epoch: 1, author: OWNER, digest: bytes.randomBytes(32),
    };
    const given = { deployment: DEPLOYMENT, base: A, ctx };
    const check = ({ Y, proof }) => {
      proofs.verify("deposit", { ...given, Y: R, proof });
      return Y.equals(R);
    };
    return { run: () => proofs.prove("deposit", { ...given, secret: r }), check };
  },
  async sign_manifest(world, size) {
    const { encoding, statements } = world.kernel;
    const payload = world.verified((await world.made(size)).record.manifest);
    const run = () => statements.sign(world.keys, "sesphr-manifest", encoding.canonicalJson(payload));
    return { run, check: (jws) => world.verified(jws).record === RECORD };
  },
  async build_document(world, size) {
    const { part: { octets, wrapped }, record } = await world.made(size);
    const run = () => world.kernel.document.buildDocument([[NAME, { octets, wrapped }]]);
    return { run, check: (document) => same(document, record.document) };
  },

  async verify_manifest(world, size) {
    const { record } = await world.made(size);
    return { run: () => world.verified(record.manifest), check: ({ owner }) => owner === OWNER };
  },
  async parse_document(world, size) {
    const { record, part } = await world.made(size);
    const run = () => world.kernel.document.parseDocument(record.document, [NAME]);
    return { run, check: (parts) => same(parts.get(NAME).octets, part.octets) };
  },
  async decode_answer(world, size) {
    const { answer } = await world.made(size);
    return { run: () => world.kernel.groups.decodeGt(answer), check: (T) => same(T.encode(), answer) };
  },
  async user_key(world, size) {
    const { part: { encapsulation: { place, rh, k, kc } }, answer } = await world.made(size);
    const { groups, pre } = world.kernel;
    const answers = new Map([[1, groups.decodeGt(answer)]]);
    const context = { ...place, partition: NAME, epoch: 1, rh };
    const run = () => pre.userKey(world.userKeys.receiveSecret, 1, 1, answers, context, kc);
    return { run, check: (key) => same(key, k) };
  },
  async gcm_decrypt(world, size) {
    const { plaintext, part: { octets, encapsulation: { k } } } = await world.made(size);
    const { aes } = world.kernel;
    const key = await aes.gcmKey(k);
    const run = () => aes.gcmDecrypt(key, octets.subarray(0, 12), octets.subarray(12));
    return { run, check: (result) => same(result, plaintext) };
  },

  keys(world, members) {
    const { bytes, keys: { MemberKeys } } = world.kernel;
    const one = () => {
      const keys = MemberKeys.fromSeed(bytes.randomBytes(32));
      const points = [keys.receivePublic, ...PARTITIONS.map((name) => keys.partition(name, 1).public)];
      return points.map((point) => bytes.toHex(point.encode())).join();
    };
    const run = () => new Set(Array.from({ length: members }, one)).size;
    return { run, check: (count) => count === members };
  },
  async grant(world, n) {
    const nodes = await Promise.all(Array.from({ length: n }, () => world.kernel.hpke.generateKey()));
    const check = async (made) => {
      for (let i = 1; i <= n; i += 1) await world.checkDirect(made, nodes, i);
      return true;
    };
    return { run: () => world.grant(nodes), check };
  },
  verify_request(world, pairs) {
    const { bytes, encoding, statements } = world.kernel;
    const names = pairs % PARTITIONS.length === 0 ? PARTITIONS : PARTITIONS.slice(0, 1);
    const items = Array.from({ length: pairs / names.length }, () => ({ record: crypto.randomUUID(), partitions: names }));
    const payload = encoding.canonicalJson({
      suite: encoding.SUITE, deployment: DEPLOYMENT, iss: OWNER, iat: 1,
      nonce: encoding.b64uEncode(bytes.randomBytes(16)), purpose: "treatment", items,
    });
    const jws = statements.sign(world.keys, "sesphr-access-request", payload);
    const run = () => world.verified(jws, "sesphr-access-request");
    return { run, check: (result) => result.items.length === items.length };
  },
  password_slot(world) {
    const { bytes, slots } = world.kernel;
    const given = {
      deployment: DEPLOYMENT, login: "anna@example.org", member: OWNER, salt: bytes.randomBytes(16),
      params: { ...slots.DEFAULT_PARAMS }, secret: "correct horse",
    };
    const run = () => slots.derive("password", given);
    return { run, check: ({ slotKey }) => same(slotKey, run().slotKey) };
  },
};

/** Prepares each case once, checks its first result, and times it. */
export class Bench {
  #prepared = new Map();
  #world;

  /** @param {any} kernel @param {(size: number) => Promise<Uint8Array>} load */
  constructor(kernel, load) {
    this.#world = new World(kernel, load);
  }

  /** @param {string} name @param {number} size @returns {Promise<Prepared>} */
  async #case(name, size) {
    const key = `${name} ${size}`;
    if (!this.#prepared.has(key)) {
      if (!Object.hasOwn(CASES, name)) throw new Error(`no such case: ${name}`);
      this.#prepared.set(key, await CASES[name](this.#world, size));
    }
    return this.#prepared.get(key);
  }

  /** Run once, unmeasured. @param {string} name @param {number} size @throws {Error} unless the result is right */
  async check(name, size) {
    const { run, check } = await this.#case(name, size);
    if (!(await check(await run()))) throw new Error(`${name} ${size}: a wrong result`);
  }

  /**
   * @param {string} name @param {number} size @param {number} repeat calls in a row
   * @returns {Promise<number>} seconds of one call, their mean
   */
  async time(name, size, repeat) {
    const { run } = await this.#case(name, size);
    const start = performance.now();
    for (let i = 0; i < repeat; i += 1) await run();
    return (performance.now() - start) / repeat / 1000;
  }
}
