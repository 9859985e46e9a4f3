/**
 * Starts workers. The page's policy lets scripts come from this one Trusted Types policy alone, and
 * it knows a fixed list of addresses.
 * @module
 */

const WORKERS = new Set(["importer", "password", "records", "pdf", "dicom"].map((name) => `/static/js/workers/${name}.js`));

/** @typedef {{createScriptURL(url: string): string | URL}} ScriptPolicy Trusted Types are not yet in TypeScript's DOM */
/** @typedef {{createPolicy(name: string, rules: {createScriptURL(url: string): string}): ScriptPolicy}} PolicyFactory */

/** @param {string} url @returns {string} the same @throws {TypeError} for any other address */
function known(url) {
  if (!WORKERS.has(url)) throw new TypeError("not a worker of these pages");
  return url;
}

/** @type {ScriptPolicy | null} */
let policy = null;

/** Browsers without Trusted Types check the list all the same. @returns {ScriptPolicy} */
function thePolicy() {
  const factory = /** @type {{trustedTypes?: PolicyFactory}} */ (/** @type {unknown} */ (globalThis)).trustedTypes;
  policy ??= factory?.createPolicy("sesphr-workers", { createScriptURL: known }) ?? { createScriptURL: known };
  return policy;
}

/**
 * Start a module worker.
 * @param {"importer" | "password" | "records" | "pdf" | "dicom"} name
 * @returns {Worker}
 */
export function startWorker(name) {
  return new Worker(thePolicy().createScriptURL(`/static/js/workers/${name}.js`), { type: "module" });
}
