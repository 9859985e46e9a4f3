/**
 * Builds what browsers load: `node static/build.mjs [FOLDER [PAGE...]]` writes modules to FOLDER/js,
 * the stylesheet to FOLDER/css, fonts and icons beside them, and a compressed copy of each text; FOLDER
 * is DATA/static by default, DATA being SESPHR_DATA or ./var. With PAGEs (names in static/js/pages) only these pages are bundled,
 * whatever state the others are in.
 *
 * A build is stamped with the hash of lockfile, build script and sources, so that an unchanged one
 * is not built again. The same sources give the same octets.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";
import { compileAsync } from "sass";

import { compressed } from "./compress.mjs";
import { loads } from "./loads.mjs";
import { logical } from "./logical.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const source = path.join(root, "static");
const modules = path.join(root, "node_modules");

/** Entry points that stay whole files of their own: Node and the command line load them too. */
const WHOLE = ["crypto/index.js", "crypto/strength.js", "importer/index.js"];
/** Folders whose every module is an entry point of the pages. */
const SHARED = ["pages", "workers"];
/** Stylesheets: the pages', and the administration's. */
const SHEETS = ["main", "admin"];
/** Families of @fontsource, and the scripts that are served; css/_fonts.scss says for which letters. */
const FAMILIES = {
  "atkinson-hyperlegible": ["latin", "latin-ext"],
  "noto-sans": ["cyrillic", "cyrillic-ext", "greek", "greek-ext", "vietnamese"],
  "noto-sans-arabic": ["arabic"],
  "noto-sans-devanagari": ["devanagari"],
};
const FACES = ["400-normal", "700-normal"];

/**
 * What PDF.js fetches while it draws: character maps, the fonts that every reader must have, and what
 * decodes pictures where the pages' policy forbids WebAssembly; each with its licence.
 */
const PDF = [["cmaps", /./u], ["standard_fonts", /./u], ["wasm", /(_nowasm_fallback\.js|LICENSE_(PDFJS_)?(JBIG2|OPENJPEG))$/u]];

/** @type {import("esbuild").BuildOptions} */
const COMMON = {
  absWorkingDir: root,
  bundle: true,
  format: "esm",
  platform: "browser",
  target: "es2024",
  minify: true,
  legalComments: "eof",
  logLevel: "warning",
  write: false,
};

/** @typedef {Map<string, Uint8Array | string>} Made what was built, by its path in the folder */

/** @param {string} folder @returns {Promise<string[]>} its files, sorted, with their folder */
async function files(folder) {
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((one) => one.isFile()).map((one) => path.join(one.parentPath, one.name)).sort();
}

/** @returns {Promise<string>} hex */
async function fingerprint() {
  const hash = createHash("sha256");
  for (const file of [path.join(root, "package-lock.json"), ...(await files(source))]) {
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

/** @param {string} entry @returns {Promise<Made>} */
async function whole(entry) {
  const { outputFiles = [] } = await build({
    ...COMMON,
    entryPoints: [path.join("static", "js", entry)],
    outfile: path.join("js", entry),
    plugins: [separateEntries],
  });
  return collect(outputFiles);
}

/** @param {string[]} only names of pages; none means all @returns {Promise<Made>} */
async function pages(only) {
  const found = (await Promise.all(SHARED.map((folder) => entriesIn(folder, only)))).flat();
  if (!found.length) return new Map();
  const { outputFiles = [], metafile } = await build({
    ...COMMON,
    entryPoints: found,
    outbase: path.join("static", "js"),
    outdir: "js",
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
    metafile: true,
  });
  return collect(outputFiles).set(path.join("js", "loads.json"), JSON.stringify(loads(metafile.outputs)));
}

/** @param {string} folder @param {string[]} only */
async function entriesIn(folder, only) {
  const here = path.join("static", "js", folder);
  const names = existsSync(path.join(root, here)) ? (await readdir(path.join(root, here))).sort() : [];
  const wanted = (/** @type {string} */ name) => folder !== "pages" || !only.length || only.includes(path.parse(name).name);
  return names.filter((name) => name.endsWith(".js") && wanted(name)).map((name) => path.join(here, name));
}

/** @param {import("esbuild").OutputFile[]} made @returns {Made} */
function collect(made) {
  return new Map(made.map((file) => [path.relative(root, file.path), file.contents]));
}

/** @returns {Promise<Made>} */
async function styles() {
  return new Map(await Promise.all(SHEETS.map(sheet)));
}

/** @param {string} name @returns {Promise<[string, string]>} */
async function sheet(name) {
  const { css } = await compileAsync(path.join(source, "css", `${name}.scss`), {
    loadPaths: [modules],
    style: "compressed",
    quietDeps: true,
  });
  return [path.join("css", `${name}.css`), logical(css)];
}

/** @returns {[string, string][]} where each font file goes, and where it is */
function fonts() {
  return Object.entries(FAMILIES).flatMap(([family, scripts]) => scripts.flatMap((script) => FACES.map((face) => {
    const name = `${family}-${script}-${face}.woff2`;
    return /** @type {[string, string]} */ ([path.join("fonts", name), path.join(modules, "@fontsource", family, "files", name)]);
  })));
}

/** @returns {Promise<Made>} fonts, icons and other files that are served as they are */
async function copies() {
  const all = fonts();
  for (const file of await files(path.join(source, "icons"))) all.push([path.relative(source, file), file]);
  all.push(...(await pdfFiles()));
  return new Map(await Promise.all(all.map(async ([name, file]) => /** @type {const} */ ([name, await readFile(file)]))));
}

/** @returns {Promise<[string, string][]>} */
async function pdfFiles() {
  const library = path.join(modules, "pdfjs-dist");
  const found = await Promise.all(PDF.map(async ([folder, wanted]) =>
    (await files(path.join(library, folder))).filter((file) => wanted.test(file))));
  return found.flat().map((file) => [path.join("pdfjs", path.relative(library, file)), file]);
}

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

/** @param {string} target @param {string} hash @returns {Promise<boolean>} whether it holds this build, whole */
async function current(target, hash) {
  const stamp = path.join(target, ".stamp");
  if (!existsSync(stamp)) return false;
  const [known, ...names] = (await readFile(stamp, "utf8")).split("\n");
  return known === hash && names.length > 0 && names.every((name) => existsSync(path.join(target, name)));
}

/** Chunks have their hash in their name: those of earlier builds would only gather. @param {string} target @param {Made} made */
async function sweep(target, made) {
  for (const file of await files(path.join(target, "js", "chunks"))) {
    if (!made.has(path.relative(target, file))) await rm(file, { force: true });
  }
}

/** An earlier build's compressed copy would hide a file that has none now. @param {string} target @param {Made} made */
async function put(target, made) {
  const small = await compressed(made);
  for (const name of made.keys()) if (!small.has(`${name}.gz`)) await rm(path.join(target, `${name}.gz`), { force: true });
  for (const [name, content] of small) made.set(name, content);
  for (const [name, content] of made) await replace(path.join(target, name), content);
}

/** @param {string} target @param {string[]} only */
async function main(target, only) {
  const hash = await fingerprint();
  if (!only.length && (await current(target, hash))) return;
  const parts = await Promise.all([...WHOLE.map(whole), pages(only), styles(), copies()]);
  /** @type {Made} */
  const made = new Map(parts.flatMap((part) => [...part]));
  await put(target, made);
  if (only.length) return;
  await sweep(target, made);
  await replace(path.join(target, ".stamp"), [hash, ...made.keys()].join("\n"));
}

const [folder, ...only] = process.argv.slice(2);
await main(path.resolve(folder ?? path.join(process.env.SESPHR_DATA ?? "var", "static")), only);
