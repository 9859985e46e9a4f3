/**
 * The browser's endpoint under Node, against a real server: one JSON object a line on standard input
 * and output, {"op", "input"} -> {"result"} | {"refused": {name, code, what, ...}} | {"crashed": text}.
 *
 * Pages' own modules run here as they stand; what only a browser has is given as arguments: a memory
 * (packed as on disk, kept in this process) and a fetch that knows the server's address and cookies.
 */
import { createInterface } from "node:readline";

import * as activity from "../../static/js/endpoint/activity.js";
import * as again from "../../static/js/endpoint/again.js";
import * as depositing from "../../static/js/endpoint/depositing.js";
import { EndpointError } from "../../static/js/endpoint/errors.js";
import { pack, unpack } from "../../static/js/endpoint/memory.js";
import * as opening from "../../static/js/endpoint/opening.js";
import * as people from "../../static/js/endpoint/people.js";
import * as answering from "../../static/js/endpoint/answering.js";
import * as proposals from "../../static/js/endpoint/proposals.js";
import * as records from "../../static/js/endpoint/records.js";
import * as requests from "../../static/js/endpoint/requests.js";
import { loadDeployment } from "../../static/js/endpoint/deployment.js";
import { Session } from "../../static/js/endpoint/session.js";
import { begin } from "../../static/js/endpoint/signin.js";

const [server] = process.argv.slice(2);
const real = globalThis.fetch;
let cookies = new Map();
/** What goes wrong on the way: {method, path, after: whether the server hears of it, left: how often}. */
let breaking = null;
/** Every request that left, by method and path, with the digest of its body where it is text. */
const sent = [];

// A device that knows it has no network is not kept waiting by the endpoint.
Object.defineProperty(navigator, "onLine", { get: () => breaking === null, configurable: true });

globalThis.fetch = async (path, init) => {
  const call = `${init.method} ${path}`;
  sent.push(call);
  const broken = breaking && breaking.left > 0 && call.startsWith(breaking.call);
  if (broken) breaking.left -= 1;
  if (broken && !breaking.after) throw new TypeError("no network");
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const answer = await real(new URL(path, server), { ...init, headers: { ...init.headers, cookie } });
  for (const line of answer.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
    cookies.set(name, value);
  }
  if (broken) throw new TypeError("the answer was lost");
  return answer;
};

/** A memory that lasts as long as this process, with the packing of the one on disk. */
class HeldMemory {
  #entries = new Map();
  #locks = new Map();
  /** Fail at this many more writes: a full disk. */
  room = Infinity;

  async get(name) {
    return this.#entries.has(name) ? unpack(this.#entries.get(name)) : undefined;
  }

  async has(name) {
    return this.#entries.has(name);
  }

  async set(name, value) {
    if (this.room-- <= 0) throw new Error("no room");
    this.#entries.set(name, pack(value));
  }

  async remove(name) {
    this.#entries.delete(name);
  }

  async update(name, change) {
    return this.locked(name, async () => {
      const value = await change(await this.get(name));
      await this.set(name, value);
      return value;
    });
  }

  async locked(name, run) {
    const before = this.#locks.get(name) ?? Promise.resolve();
    const after = before.then(run);
    this.#locks.set(name, after.catch(() => {}));
    return after;
  }

  names() {
    return [...this.#entries.keys()].sort();
  }
}

const memory = new HeldMemory();

/** A member's session whose memory is this process's. */
class HeldSession extends Session {
  get memory() {
    return memory;
  }
}

let session;
const octets = (text) => Uint8Array.from(Buffer.from(text, "base64"));
const base64 = (bytes) => Buffer.from(bytes).toString("base64");

/** Whose these records are, as the list says it. */
async function ownerOf(items) {
  const wanted = new Set(items.map((one) => one.record));
  return (await records.list(session)).find((one) => wanted.has(one.record))?.owner ?? session.me.id;
}

const operations = {
  async signIn({ login, password }) {
    cookies = new Map();
    const deployment = await loadDeployment();
    const attempt = await begin({ login, password });
    const { me, seed, life } = await attempt.finish();
    session = new HeldSession(me, deployment);
    session.open(seed, life);
    return me;
  },
  async deposit({ partitions, original, attachments = {}, onto }) {
    const files = (list) => list.map((one) => ({ ...one, content: new Blob([octets(one.content)]) }));
    const content = {
      onto,
      partitions: new Map(Object.entries(partitions).map(([name, text]) => [name, octets(text)])),
      attachments: new Map(Object.entries(attachments).map(([name, list]) => [name, files(list)])),
      ...(original && { original: { ...original, octets: octets(original.octets) } }),
    };
    const steps = [];
    return { ...(await depositing.deposit(session, content, { onStep: (name) => steps.push(name) })), steps };
  },
  /** The places of the next versions, by record. */
  async again() {
    const found = (await Array.fromAsync(again.ownRecords(session))).flat();
    return Object.fromEntries(found.map(({ onto, parts }) => [onto.record, { onto, parts: [...parts.keys()] }]));
  },
  waiting: () => depositing.waiting(session),
  resume: () => depositing.resume(session),
  async discard({ key }) {
    await depositing.discard(session, key);
    return null;
  },
  async open({ items, owner, purpose, proposed }) {
    const whose = owner ?? (await ownerOf(items));
    const found = await opening.open(session, items, { owner: whose, purpose, proposed });
    return found.map((one) => ({
      ...one, parts: Object.fromEntries([...one.parts].map(([name, bytes]) => [name, base64(bytes)])),
    }));
  },
  async original({ record }) {
    const found = await opening.fetchOriginal(session, record);
    return found && { ...found, blob: undefined, octets: base64(new Uint8Array(await found.blob.arrayBuffer())) };
  },
  async attachment({ owner, record, partition, number, sha256 }) {
    const where = { owner: owner ?? session.me.id, record, partition, purpose: "treatment" };
    const file = await opening.openAttachment(session, where, { number, sha256 });
    const part = await file.part(0, Math.min(10, file.told.size));
    const blob = await file.whole();
    return { ...file.told, part: base64(part), octets: base64(new Uint8Array(await blob.arrayBuffer())) };
  },
  async approve({ partitions }) {
    const [request] = (await requests.list(session)).incoming;
    const { key } = await people.lookUp(session, request.asker);
    return requests.approve(session, request.id, { key, partitions, until: null, history: false });
  },
  /** Add to another's records. */
  async contribute({ owner, partitions, attachments = {} }) {
    const files = (list) => list.map((one) => ({ ...one, content: new Blob([octets(one.content)]) }));
    const content = {
      owner: await people.lookUp(session, owner),
      partitions: new Map(Object.entries(partitions).map(([name, text]) => [name, octets(text)])),
      attachments: new Map(Object.entries(attachments).map(([name, list]) => [name, files(list)])),
    };
    return depositing.deposit(session, content);
  },
  addable: ({ owner }) => proposals.addable(owner),
  async proposals() {
    const { incoming, outgoing } = await proposals.list();
    const checked = await Promise.all(incoming.map((one) => proposals.check(session, one)));
    return { incoming: checked.map(({ proposal, problem }) => ({ ...proposal, problem })), outgoing };
  },
  async answer({ record, act }) {
    const found = (await proposals.list()).incoming.find((one) => one.record === record);
    await answering[act](session, found);
    return null;
  },
  purpose: ({ owner }) => requests.purposeGiven(session, owner),
  records: (query) => records.list(session, query),
  activity: () => activity.read(session),
  async breaks(how) {
    breaking = how;
    return null;
  },
  async room({ writes }) {
    memory.room = writes ?? Infinity;
    return null;
  },
  remembered: async () => memory.names(),
  sent: async () => sent,
};

/** @param {string} line @returns {Promise<object>} */
async function answer(line) {
  const { op, input } = JSON.parse(line);
  try {
    return { result: (await operations[op](input ?? {})) ?? null };
  } catch (error) {
    if (!(error instanceof EndpointError)) return { crashed: String(error?.stack ?? error) };
    const { name, code, what, record, partition, status, detail } = error;
    return { refused: { name, code, what, record, partition, status, detail, cause: String(error.cause ?? "") } };
  }
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
}

// A channel to other tabs would keep this process.
process.exit(0);
