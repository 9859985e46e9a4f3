/**
 * This server's HTTP API: sends, repeats what may not have arrived, reads strictly.
 *
 * Every call may be repeated with the same octets, so a broken connection or a busy server is tried
 * again for some ten seconds. Sends no password and no seed: callers hand it what the server may see.
 * @module
 */
import { ApiError, Conflict, EndpointError, Integrity, Locked, Offline, Paused, SignedOut } from "./errors.js";

/** @typedef {Record<string, string | number | undefined>} Query */
/** @typedef {{status: number, retryAfter: string | null, octets: () => Promise<ArrayBuffer>}} Answer */
/** Octets sent, of how many. @typedef {(sent: number, total: number) => void} OnProgress */
/**
 * One HTTP call. `gated`: wait at the gate when the session turns out to be locked.
 * `bulk`: octets that may take long on a slow line. `range`: of octets that are asked for, as HTTP
 * says it. `signal`: the person may stop it.
 * @typedef {{method: string, path: string, query?: Query, body?: string | FormData | Blob | Uint8Array<ArrayBuffer>, json?: boolean,
 *   octets?: boolean, gated?: boolean, bulk?: boolean, range?: string, onProgress?: OnProgress, signal?: AbortSignal}} Call
 */

const PAUSES = [1000, 3000, 6000];
const TIMEOUT = 60_000;
const BULK_TIMEOUT = 900_000;
const OCTETS = "application/octet-stream";
const HEADERS = { "X-Requested-By": "sesphr" };
const SIGNED_OUT = new Set(["signed-out", "unauthenticated"]);

/** @type {((error: Locked | SignedOut) => Promise<void>) | null} */
let gate = null;
/** The dependant for whom this page acts, so that the server refuses what another tab switched meanwhile. @type {string | null} */
let acting = null;

/** @param {string | null} member for whom calls are made from now on; null: for whoever signed in */
export function actFor(member) {
  acting = member;
}

/**
 * Let calls that find the session ended wait until somebody has signed in again; they are then
 * repeated with the same octets. Without a gate they fail.
 * @param {((error: Locked | SignedOut) => Promise<void>) | null} wait resolves when the session is
 *   open again, rejects when it will not be
 */
export function setGate(wait) {
  gate = wait;
}

/** @param {string} path below /api @param {Query} [query] @returns {Promise<any>} the JSON answer */
export function get(path, query) {
  return json({ method: "GET", path, query });
}

/** @param {string} path @param {object} [body] @returns {Promise<any>} the JSON answer */
export function post(path, body = {}) {
  return json({ method: "POST", path, ...asJson(body) });
}

/** @param {string} path @param {object} body @returns {Promise<any>} the JSON answer */
export function put(path, body) {
  return json({ method: "PUT", path, ...asJson(body) });
}

/** @param {string} path @returns {Promise<any>} the JSON answer, null where there is none */
export function del(path) {
  return json({ method: "DELETE", path });
}

/**
 * @param {string} path
 * @param {FormData} form
 * @param {{onProgress?: OnProgress, signal?: AbortSignal}} [options]
 * @returns {Promise<any>} the JSON answer
 */
export function postForm(path, form, options = {}) {
  return json({ method: "POST", path, body: form, bulk: true, ...options });
}

/**
 * @param {string} path
 * @param {Blob} blob sent as application/octet-stream
 * @param {{onProgress?: OnProgress, signal?: AbortSignal}} [options]
 * @returns {Promise<any>} the JSON answer
 */
export function putOctets(path, blob, options = {}) {
  return json({ method: "PUT", path, body: new Blob([blob], { type: OCTETS }), bulk: true, ...options });
}

/**
 * Add octets to what the server has of an upload.
 * @param {string} path
 * @param {Uint8Array<ArrayBuffer>} octets sent as application/octet-stream: not as a Blob, which the browser keeps until it
 *   collects this page's garbage
 * @param {{offset: number, total: number}} place how many octets it has, and how many there will be
 * @param {{onProgress?: OnProgress, signal?: AbortSignal}} [options]
 * @returns {Promise<any>} the JSON answer
 * @throws {Conflict} it has another number; `received` says which
 */
export function patchOctets(path, octets, { offset, total }, options = {}) {
  return json({ method: "PATCH", path, query: { offset, total }, body: octets, octets: true, bulk: true, ...options });
}

/**
 * POST a JSON object for an answer that is octets.
 * @param {string} path @param {object} body
 * @param {{range?: [number, number], signal?: AbortSignal}} [options] range: first octet, and one after the last
 * @returns {Promise<{partial: boolean, octets: Uint8Array<ArrayBuffer>}>} partial: the range alone; a
 *   server may give the whole all the same
 */
export async function octets(path, body, { range, signal } = {}) {
  const asked = range && `bytes=${range[0]}-${range[1] - 1}`;
  const answer = await send({ method: "POST", path, bulk: true, range: asked, signal, ...asJson(body) });
  return { partial: answer.status === 206, octets: new Uint8Array(await answer.octets()) };
}

/**
 * A call that never waits at the gate: for opening and ending sessions.
 * @param {"GET" | "POST" | "DELETE"} method @param {string} path @param {object} [body]
 * @returns {Promise<any>} the JSON answer
 */
export function ungated(method, path, body) {
  return json({ method, path, gated: false, ...(body === undefined ? {} : asJson(body)) });
}

/** @param {object} body @returns {{body: string, json: true}} */
function asJson(body) {
  return { body: JSON.stringify(body), json: true };
}

/** @param {Call} call @returns {Promise<any>} */
async function json(call) {
  const answer = await send(call);
  const text = new TextDecoder().decode(await answer.octets());
  if (text === "" && answer.status === 204) return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(answer.status, "unreadable");
  }
}

/** @param {Call} call @returns {Promise<Answer>} a successful answer @throws {EndpointError} */
async function send(call) {
  for (;;) {
    try {
      return await persist(call);
    } catch (error) {
      const ended = error instanceof Locked || error instanceof SignedOut;
      if (!ended || gate === null || call.gated === false) throw error;
      await gate(error);
    }
  }
}

/** @param {Call} call @returns {Promise<Answer>} repeated while the server is away or busy */
async function persist(call) {
  for (let attempt = 0; ; attempt++) {
    try {
      return await once(call);
    } catch (error) {
      if (call.signal?.aborted) throw new Paused();
      if (!worthRepeating(error) || attempt >= PAUSES.length) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSES[attempt]));
  }
}

/** @param {unknown} error @returns {boolean} */
function worthRepeating(error) {
  // A device that knows it has no network need not keep people waiting.
  if (error instanceof Offline) return globalThis.navigator?.onLine !== false;
  return error instanceof ApiError && error.status === 503;
}

/** @param {Call} call @returns {Promise<Answer>} */
async function once(call) {
  if (call.signal?.aborted) throw new Paused();
  const answer = await (call.onProgress ? byRequest(call) : byFetch(call));
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw problem(answer, new TextDecoder().decode(await answer.octets()));
}

/** @param {Call} call @returns {string} */
function address({ path, query = {} }) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return `/api${path}${text ? `?${text}` : ""}`;
}

/** @param {Call} call @returns {Record<string, string>} */
function headers(call) {
  const type = call.json ? "application/json" : call.octets ? OCTETS : null;
  return { ...HEADERS, ...(acting && { "X-Acting-For": acting }), ...(type && { "Content-Type": type }), ...(call.range && { Range: call.range }) };
}

/** @param {Call} call @returns {AbortSignal} */
function ending({ bulk, signal }) {
  const late = AbortSignal.timeout(bulk ? BULK_TIMEOUT : TIMEOUT);
  return signal ? AbortSignal.any([late, signal]) : late;
}

/** @param {Call} call @returns {Promise<Answer>} */
async function byFetch(call) {
  try {
    const response = await fetch(address(call), {
      method: call.method, body: call.body, headers: headers(call), signal: ending(call),
      cache: "no-store", credentials: "same-origin", redirect: "error", referrerPolicy: "no-referrer",
    });
    // Read here, so that a connection that breaks meanwhile is one failure like the others.
    const body = await response.arrayBuffer();
    return { status: response.status, retryAfter: response.headers.get("Retry-After"), octets: async () => body };
  } catch (error) {
    throw new Offline(error);
  }
}

/** @param {Call} call @returns {Promise<Answer>} by XMLHttpRequest, which alone tells upload progress */
function byRequest(call) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(call.method, address(call));
    request.responseType = "arraybuffer";
    for (const [name, value] of Object.entries(headers(call))) request.setRequestHeader(name, value);
    call.signal?.addEventListener("abort", () => request.abort(), { once: true });
    request.upload.onprogress = ({ loaded, total }) => call.onProgress?.(loaded, total);
    request.onerror = request.onabort = request.ontimeout = () => reject(new Offline());
    request.onload = () => resolve({
      status: request.status, retryAfter: request.getResponseHeader("Retry-After"), octets: async () => request.response,
    });
    request.send(call.body);
  });
}

/** @param {Answer} answer @param {string} text @returns {EndpointError} what a problem document stands for */
function problem({ status, retryAfter }, text) {
  const { code, detail, received } = documentOf(text);
  if (typeof code !== "string" || code.length > 64) return new ApiError(status, "unreadable");
  if (code === "integrity") return new Integrity("server");
  if (status === 401 && code === "idle") return new Locked();
  if (status === 401 && SIGNED_OUT.has(code)) return new SignedOut();
  const more = { retryAfter: Number(retryAfter) || undefined, received: Number.isSafeInteger(received) ? Number(received) : undefined };
  const Kind = status === 409 ? Conflict : ApiError;
  return new Kind(status, code, typeof detail === "string" ? detail.slice(0, 1000) : "", more);
}

/** @param {string} text @returns {Record<string, unknown>} */
function documentOf(text) {
  try {
    const found = JSON.parse(text);
    return typeof found === "object" && found !== null ? found : {};
  } catch {
    return {};
  }
}
