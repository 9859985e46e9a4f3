/** Builds the bundles when sources changed, and loads them: tests see what a page sees. */
import { execFileSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import fc from "fast-check";

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const folder = path.resolve(root, process.env.SESPHR_DATA ?? "var", "static");

execFileSync(process.execPath, [path.join(root, "static", "build.mjs"), folder], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });

// The same cases in every run, so that a failure can be seen again; another seed looks further.
fc.configureGlobal({ seed: Number(process.env.FAST_CHECK_SEED ?? 20261121) });

/** The folder of the bundles. */
export const bundles = path.join(folder, "js");

/** @type {typeof import("../../static/js/crypto/index.js")} */
export const kernel = await import(pathToFileURL(path.join(bundles, "crypto", "index.js")).href);

/** Octets of ASCII or UTF-8 text. */
export const octets = (text) => new TextEncoder().encode(text);

/** All parts of an asynchronous iterable, in one piece. */
export async function collect(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return kernel.bytes.concat(...parts);
}

/** Ids that differ, for tests. */
export const uuid = (n) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
