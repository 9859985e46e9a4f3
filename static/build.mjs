/**
 * Bundles the browser modules: each entry point becomes one ESM file that pages and Node's tests
 * both load. Run as `node static/build.mjs [FOLDER]`: bundles go to FOLDER/js; FOLDER is DATA/static
 * by default, DATA being SESPHR_DATA or ./var.
 *
 * A bundle is stamped with the hash of lockfile, build script and sources, so that an unchanged one
 * is not built again. The same sources give the same octets.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const sources = path.join(root, "static", "js");

/** Entry points, relative to static/js; those that do not exist are left out. */
const ENTRIES = ["crypto/index.js", "crypto/strength.js", "importer/index.js"];

/** @param {string} folder @returns {Promise<string[]>} its files, sorted, with their folder */
async function files(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((one) => one.isFile()).map((one) => path.join(one.parentPath, one.name)).sort();
}

/** @returns {Promise<string>} hex */
async function fingerprint() {
  const hash = createHash("sha256");
  const inputs = [path.join(root, "package-lock.json"), fileURLToPath(import.meta.url), ...(await files(sources))];
  for (const file of inputs) {
    hash.update(`${path.relative(root, file)}\0`).update(createHash("sha256").update(await readFile(file)).digest());
  }
  return hash.digest("hex");
}

/** An entry point that another one imports stays a file of its own, loaded when needed. */
const separateEntries = {
  name: "separate-entries",
  /** @param {import("esbuild").PluginBuild} plugin */
  setup(plugin) {
    plugin.onResolve({ filter: /^\.\/strength\.js$/ }, ({ path: target, kind }) =>
      kind === "dynamic-import" ? { path: target, external: true } : undefined);
  },
};

/**
 * Write whole or not at all: others may be loading the file, or building it too.
 * @param {string} file @param {Uint8Array | string} content
 */
async function replace(file, content) {
  const fresh = `${file}.${process.pid}`;
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(fresh, content);
  await rename(fresh, file);
}

/** @param {string} entry @param {string} target */
async function bundle(entry, target) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [path.join("static", "js", entry)],
    outfile: path.join(target, entry),
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2024",
    minify: true,
    legalComments: "eof",
    plugins: [separateEntries],
    logLevel: "warning",
    write: false,
  });
  for (const file of outputFiles) await replace(file.path, file.contents);
}

/** @param {string} target */
async function main(target) {
  const stamp = path.join(target, ".stamp");
  const current = await fingerprint();
  const entries = ENTRIES.filter((entry) => existsSync(path.join(sources, entry)));
  const complete = entries.every((entry) => existsSync(path.join(target, entry)));
  if (complete && existsSync(stamp) && (await readFile(stamp, "utf8")) === current) return;
  for (const entry of entries) await bundle(entry, target);
  await replace(stamp, current);
}

const folder = process.argv[2] ?? path.join(process.env.SESPHR_DATA ?? "var", "static");
await main(path.resolve(folder, "js"));
