/**
 * Reads a record file off the page's thread and keeps the plan of it: messages in, answers out.
 *
 * It has no network, no keys and no storage; the file and what it says stay in this worker's memory
 * until the page asks for the partitions, and go when the worker ends. It holds no words for people.
 */
import { Again } from "../importer/again.js";
import { ImportRefused, prepare } from "../importer/plan.js";

/** @typedef {import("../importer/plan.js").Plan} Plan */
/** @typedef {{moves: [string, string][], copies: boolean, into: [string, string][], names: [string, string][]}} Sent */
/** @typedef {import("../importer/units.js").Choices} Choices */
/** @typedef {{record: string, parts: Map<string, Uint8Array>}} Own a record of the owner */
/**
 * @typedef {{id: number, ask: "prepare" | "outline" | "result" | "compare", octets?: ArrayBuffer, choices?: Sent,
 *   records?: Own[], onto?: {record: string, version: number} | null}} Asked
 */

/** @type {{plan: Plan, octets: Uint8Array<ArrayBuffer>, again: Again} | null} */
let held = null;
let reading = new AbortController();

/** @param {Asked} asked @returns {Promise<{value: object | null, transfer?: Transferable[]}>} */
async function answer({ id, ask, octets, choices, records, onto }) {
  if (ask === "prepare") return { value: await read(id, new Uint8Array(/** @type {ArrayBuffer} */ (octets))) };
  if (!held) throw new Error("no file was read");
  if (ask === "compare") return { value: held.again.compare(/** @type {Own[]} */ (records)) };
  const { moves, copies, into, names } = /** @type {Sent} */ (choices);
  const wanted = { moves: new Map(moves), copies, into: new Map(into), names: new Map(names) };
  return ask === "outline" ? { value: held.plan.outline(wanted) } : written(held, wanted, onto ?? null);
}

/** @param {number} id @param {Uint8Array<ArrayBuffer>} octets @returns {Promise<object>} */
async function read(id, octets) {
  reading = new AbortController();
  const { signal } = reading;
  const plan = await prepare(octets, { signal, onProgress: (done) => postMessage({ id, done }) });
  held = { plan, octets, again: new Again(plan) };
  const { format, title, origin, units } = plan;
  return { format, title, date: origin.date, units, outline: plan.outline() };
}

/**
 * The file goes along, so that the page can keep it whole among the owner's own.
 * @param {NonNullable<typeof held>} from @param {Choices} wanted
 * @param {{record: string, version: number} | null} onto the version that it becomes, for one that was compared with
 */
function written({ plan, octets, again }, wanted, onto) {
  const { partitions: made, counts } = plan.result(wanted);
  const partitions = onto ? /** @type {typeof made} */ (again.marked(made, onto)) : made;
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
