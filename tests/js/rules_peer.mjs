/**
 * The browser's rules on standard input and output, one JSON object a line:
 * {"op", "args"} -> {"result"} | {"crashed": text}. Sets come back as sorted lists.
 */
import { createInterface } from "node:readline";

import * as matrix from "../../static/js/endpoint/matrix.js";
import * as rules from "../../static/js/endpoint/rules.js";
import * as standing from "../../static/js/endpoint/standing.js";

const operations = { ...rules, ...standing, ...matrix };

/** @param {string} line @returns {object} */
function answer(line) {
  const { op, args } = JSON.parse(line);
  try {
    const found = operations[op](...args);
    return { result: found instanceof Set ? [...found].sort() : found };
  } catch (error) {
    return { crashed: String(error?.stack ?? error) };
  }
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  process.stdout.write(`${JSON.stringify(answer(line))}\n`);
}
