/**
 * Checks every vector file of a folder in Node.
 * Run as `node tests/vectorcheck/node.mjs [FOLDER [BUNDLE]]`: folder of *.json files (default
 * tests/vectors), and folder of the built bundles (default var/static/js).
 */
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { checkFile, summary } from "./runner.mjs";

/** @param {string} folder @returns {Promise<string[]>} names of its vector files, sorted */
async function vectorFiles(folder) {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".json")).sort();
  if (names.length === 0) throw new Error(`${folder}: no vector files`);
  return names;
}

async function main(folder, bundles) {
  const kernel = await import(pathToFileURL(path.resolve(bundles, "crypto", "index.js")).href);
  let failed = false;
  for (const name of await vectorFiles(folder)) {
    const report = await checkFile(name, await readFile(path.join(folder, name), "utf8"), kernel);
    console.log(summary("node", name, report));
    for (const failure of report.failures) console.error(`node      FAILED ${failure}`);
    failed ||= report.failures.length > 0;
  }
  return failed;
}

try {
  const [folder = "tests/vectors", bundles = path.join(process.env.SESPHR_DATA ?? "var", "static", "js")] = process.argv.slice(2);
  process.exitCode = (await main(folder, bundles)) ? 1 : 0;
} catch (error) {
  console.error(`node: ${error.message}`);
  process.exitCode = 1;
}
