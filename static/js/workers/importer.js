/**
 * Reads a record file off the page's thread and keeps the plan of it: messages in, answers out.
 *
 * It has no network, no keys and no storage; the file and what it says stay in this worker's memory
 * until the page asks for the partitions, and go when the worker ends. It holds no words for people.
 */
import { Again } from "../importer/again.js";
import { MAX_FILE_OCTETS } from "../importer/limits.js";
import { ImportRefused, prepare } from "../importer/plan.js";

/** @typedef {import("../importer/plan.js").Plan} Plan */
/** @typedef {{moves: [string, string][], copies: boolean, into: [string, string][], names: [string, string][]}} Sent */
/** @typedef {import("../importer/units.js").Choices} Choices */
/** @typedef {{record: string, parts: Map<string, Uint8Array>}} Own a record of the owner */
/**
 * @typedef {{id: number, ask: "prepare" | "outline" | "result" | "compare", file?: File, choices?: Sent,
 *   records?: Own[], onto?: {record: string, version: number} | null}} Asked
 */

/** @type {{plan: Plan, file: File, again: Again} | null} */
let held = null;
let reading = new AbortController();

/** @param {Asked} asked @returns {Promise<{value: object | null, transfer?: Transferable[]}>} */
async function answer({ id, ask, file, choices, records, onto }) {
  if (ask === "prepare") return { value: await read(id, /** @type {File} */ (file)) };
  if (!held) throw new Error("no file was read");
  if (ask === "compare") return { value: held.again.compare(/** @type {Own[]} */ (records)) };
  const { moves, copies, into, names } = /** @type {Sent} */ (choices);
  const wanted = { moves: new Map(moves), copies, into: new Map(into), names: new Map(names) };
  return ask === "outline" ? { value: held.plan.outline(wanted) } : written(held, wanted, onto ?? null);
}

/** @param {number} id @param {File} file @returns {Promise<object>} */
async function read(id, file) {
  reading = new AbortController();
  const { signal } = reading;
  const plan = await prepare(file, { name: file.name, signal, onProgress: (done) => postMessage({ id, done }) });
  held = { plan, file, again: new Again(plan) };
  const { format, title, origin, units } = plan;
  return { format, title, date: origin.date, units, outline: plan.outline() };
}

/**
 * The file goes along, so that the page can keep it whole among the owner's own: a large one as it lies on the device.
 * @param {NonNullable<typeof held>} from @param {Choices} wanted
 * @param {{record: string, version: number} | null} onto the version that it becomes, for one that was compared with
 */
async function written({ plan, file, again }, wanted, onto) {
  const { partitions: made, attachments, counts } = plan.result(wanted);
  const partitions = onto ? /** @type {typeof made} */ (again.marked(made, onto)) : made;
  const original = file.size > MAX_FILE_OCTETS ? file : new Uint8Array(await file.arrayBuffer());
  const buffers = [...Object.values(partitions), ...(original instanceof Uint8Array ? [original] : [])].map(({ buffer }) => buffer);
  return { value: { partitions, attachments, counts, original }, transfer: /** @type {Transferable[]} */ (buffers) };
}

/** @param {unknown} error */
function failure(error) {
  if (error instanceof ImportRefused) return { refusal: { kind: error.kind, code: error.code, params: error.params } };
  const name = error instanceof Error ? error.name : "Error";
  // Engines throw a RangeError when a string or an array would be larger than they can hold.
  // A file that was moved, changed or shut away meanwhile.
  if (["NotReadableError", "NotFoundError", "SecurityError"].includes(name)) return { failed: "unreadable" };
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
