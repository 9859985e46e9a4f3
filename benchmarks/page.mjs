/** Hands one call at a time to the Worker. */
const worker = new Worker("worker.mjs", { type: "module" });

/** @param {"check" | "time"} call @param {unknown[]} given @returns {Promise<{result?: unknown, error?: string}>} */
globalThis.benchCall = (call, given) => new Promise((resolve, reject) => {
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = (event) => reject(new Error(event.message ?? "the worker failed"));
  worker.postMessage({ call, given });
});
