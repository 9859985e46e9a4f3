/** The page: hands one file at a time to a Worker, so that Argon2id does not block it. */
const worker = new Worker("worker.mjs", { type: "module" });

/** @param {string} name @returns {Promise<{line: string, failures: string[]}>} */
globalThis.checkVectors = (name) => new Promise((resolve, reject) => {
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = (event) => reject(new Error(event.message ?? "the worker failed"));
  worker.postMessage(name);
});
