/**
 * Reads a record file off the page's thread and keeps the plan of it: messages in, answers out.
 *
 * It has no network, no keys and no storage; the file and what it says stay in this worker's memory
 * until the page asks for the partitions, and go when the worker ends. It holds no words for people.
 */
import { ImportRefused, prepare } from "../importer/plan.js";

/** @typedef {import("../importer/plan.js").Plan} Plan */
/** @typedef {{moves: [string, string][], copies: boolean, into: [string, string][], names: [string, string][]}} Sent */
/** @typedef {import("../importer/units.js").Choices} Choices */
/** @typedef {{id: number, ask: "prepare" | "outline" | "result", octets?: ArrayBuffer, choices?: Sent}} Asked */

/** @type {{plan: Plan, octets: Uint8Array<ArrayBuffer>} | null} */
let held = null;
let reading = new AbortController();

/** @param {Asked} asked @returns {Promise<{value: object, transfer?: Transferable[]}>} */
async function answer({ id, ask, octets, choices }) {
  if (ask === "prepare") return { value: await read(id, new Uint8Array(/** @type {ArrayBuffer} */ (octets))) };
  if (!held) throw new Error("no file was read");
  const { moves, copies, into, names } = /** @type {Sent} */ (choices);
  const wanted = { moves: new Map(moves), copies, into: new Map(into), names: new Map(names) };
  return ask === "outline" ? { value: held.plan.outline(wanted) } : written(held, wanted);
}

/** @param {number} id @param {Uint8Array<ArrayBuffer>} octets @returns {Promise<object>} */
async function read(id, octets) {
  reading = new AbortController();
  const { signal } = reading;
  const plan = await prepare(octets, { signal, onProgress: (done) => postMessage({ id, done }) });
  held = { plan, octets };
  const { format, title, origin, units } = plan;
  return { format, title, date: origin.date, units, outline: plan.outline() };
}

/** The file goes along, so that the page can keep it whole among the owner's own. @param {{plan: Plan, octets: Uint8Array<ArrayBuffer>}} from @param {Choices} wanted */
function written({ plan, octets }, wanted) {
  const { partitions, counts } = plan.result(wanted);
  const original = octets.slice();
  const transfer = [...Object.values(partitions), original].map(({ buffer }) => buffer);
  return { value: { partitions, counts, original }, transfer: /** @type {Transferable[]} */ (transfer) };
}

/** @param {unknown} error */
function failure(error) {
  if (error instanceof ImportRefused) return { refusal: { kind: error.kind, code: error.code, params: error.params } };
  const name = error instanceof Error ? error.name : "Error";
  // Engines throw a RangeError when a string or an array would be larger than they can hold.
  return { failed: name === "AbortError" ? "cancelled" : name === "RangeError" ? "memory" : "unknown" };
}

addEventListener("message", async ({ data }) => {
  if (data.ask === "cancel") {
    reading.abort();
    return;
  }
  try {
    const { value, transfer = [] } = await answer(data);
    postMessage({ id: data.id, value }, { transfer });
  } catch (error) {
    postMessage({ id: data.id, ...failure(error) });
  }
});
