/**
 * The JavaScript kernel on standard input and output, one JSON object a line:
 * {"op", "input"} -> {"result"} | {"refused": error class} | {"crashed": text}.
 */
import { createInterface } from "node:readline";

import { kernel } from "./bundle.mjs";
import { makers } from "./makers.mjs";
import { operations } from "../vectorcheck/operations.mjs";

/** @param {string} line @returns {Promise<object>} */
async function answer(line) {
  const { op, input } = JSON.parse(line);
  const run = makers.get(op) ?? operations.get(op);
  if (!run) return { crashed: `unknown operation ${op}` };
  try {
    return { result: (await run(input, kernel, {})) ?? null };
  } catch (error) {
    return error instanceof kernel.CryptoError ? { refused: error.name } : { crashed: String(error?.stack ?? error) };
  }
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
}
