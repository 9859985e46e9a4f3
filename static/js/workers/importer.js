/**
 * Reads a record file off the page's thread and keeps the plan of it: messages in, answers out.
 *
 * It has no network, no keys and no storage; the file and what it says stay in this worker's memory
 * until the page asks for the partitions, and go when the worker ends. It holds no words for people.
 */
import { MAX_FILE_OCTETS } from "../importer/limits.js";
import { ImportRefused, prepare } from "../importer/plan.js";

/** @typedef {import("../importer/plan.js").Plan} Plan */
/** @typedef {{moves: [string, string][], copies: boolean}} Choices */
/** @typedef {{id: number, ask: "prepare" | "outline" | "result", file?: File, choices?: Choices}} Asked */

/** @type {{plan: Plan, file: File} | null} */
let held = null;
let reading = new AbortController();

/** @param {Asked} asked @returns {Promise<{value: object, transfer?: Transferable[]}>} */
async function answer({ id, ask, file, choices }) {
  if (ask === "prepare") return { value: await read(id, /** @type {File} */ (file)) };
  if (!held) throw new Error("no file was read");
  const { moves, copies } = /** @type {Choices} */ (choices);
  const wanted = { moves: new Map(moves), copies };
  return ask === "outline" ? { value: held.plan.outline(wanted) } : written(held, wanted);
}

/** @param {number} id @param {File} file @returns {Promise<object>} */
async function read(id, file) {
  reading = new AbortController();
  const { signal } = reading;
  const plan = await prepare(file, { name: file.name, signal, onProgress: (done) => postMessage({ id, done }) });
  held = { plan, file };
  const { format, title, origin, units } = plan;
  return { format, title, date: origin.date, units, outline: plan.outline() };
}

/** The file goes along, so that the page can keep it whole among the owner's own: a large one as it lies on the device. @param {{plan: Plan, file: File}} from @param {{moves: Map<string, string>, copies: boolean}} wanted */
async function written({ plan, file }, wanted) {
  const { partitions, attachments, counts } = plan.result(wanted);
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
