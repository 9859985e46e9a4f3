/**
 * Runs cases in Node. Started as `node benchmarks/node.mjs BUNDLES PLAINTEXTS`; each line of
 * standard input is {"call": "check" | "time", "arguments": [...]}, each line of standard output
 * {"result": ...} or {"error": text}.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

import { Bench } from "./endpoint.mjs";

const [bundles, plaintexts] = process.argv.slice(2);
const kernel = await import(pathToFileURL(path.resolve(bundles, "crypto", "index.js")).href);
// A Buffer is a Uint8Array of another kind: pages have plain ones.
const bench = new Bench(kernel, async (size) => Uint8Array.from(await readFile(path.join(plaintexts, `${size}.xml`))));

for await (const line of createInterface({ input: process.stdin })) {
  const { call, arguments: given } = JSON.parse(line);
  let answer;
  try {
    answer = { result: (await bench[call](...given)) ?? null };
  } catch (error) {
    answer = { error: error.stack };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
