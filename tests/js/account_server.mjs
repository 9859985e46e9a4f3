/** A made-up server for the endpoint under Node: answers by method and path, and remembers what it was sent. */
import { canonicalJson, b64uEncode, SUITE } from "../../static/js/crypto/encoding.js";
import { publicKey } from "../../static/js/crypto/ed25519.js";
import { sign } from "../../static/js/crypto/statements.js";

export const DEPLOYMENT = "made-up.example";
const OPERATOR = new Uint8Array(32).fill(9);
const id = (n) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

/** What GET /deployment answers: one node, signed by the operator. */
export function deployment() {
  const key = b64uEncode(publicKey(OPERATOR));
  const node = { index: 1, id: id(900), verification: key, hpke: key };
  const octets = canonicalJson({
    suite: SUITE, deployment: DEPLOYMENT, iss: id(901), iat: 1, n: 1, t: 1, nodes: [node],
    log: { name: "log.made-up.example", key }, witnesses: [],
  });
  return { configuration: sign(OPERATOR, "sesphr-deployment", octets), operator_key: key, now: 1 };
}

/** Stands in place of fetch. `answers`: by "METHOD /path" a JSON value, a Response maker, or an Error. */
export class MadeUpServer {
  /** @type {{call: string, body: any}[]} */
  sent = [];

  /** @param {Record<string, any>} answers */
  constructor(answers) {
    this.answers = { "GET /deployment": deployment(), ...answers };
    globalThis.fetch = (path, init) => this.#answer(path, init);
  }

  async #answer(path, { method, body }) {
    const call = `${method} ${path.replace(/^\/api/, "")}`;
    this.sent.push({ call, body: body === undefined ? undefined : JSON.parse(body) });
    const found = this.answers[call];
    const answer = typeof found === "function" ? found(this.sent.at(-1).body) : found;
    if (answer instanceof Error) throw answer;
    if (answer instanceof Response) return answer;
    return new Response(JSON.stringify(answer ?? null), { status: found === undefined ? 404 : 200 });
  }

  /** @param {string} call @returns {any[]} bodies sent by it */
  bodies(call) {
    return this.sent.filter((one) => one.call === call).map((one) => one.body);
  }
}

/** A problem document. */
export const problem = (status, code, headers = {}) =>
  new Response(JSON.stringify({ type: "about:blank", title: "", status, detail: "told", code }), { status, headers });

/** Browsers have it; what is pinned lasts as long as the test. */
export function holdStorage() {
  const held = new Map();
  globalThis.localStorage = { getItem: (name) => held.get(name) ?? null, setItem: (name, value) => held.set(name, value) };
  return held;
}
