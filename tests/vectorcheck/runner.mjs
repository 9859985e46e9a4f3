/**
 * Runs vector files through the JavaScript kernel; the same module in Node and in a browser.
 *
 * "reject" is met by a CryptoError alone: any other exception on hostile input counts as a failure.
 */
import { operations } from "./operations.mjs";

/** A number that is no JSON integer, such as 1.0 or 1e3: nothing in the kernel may take it for one. */
class NotAnInteger {}

/**
 * Parse a vector file. Python keeps 1.0 and -0 apart from integers; JSON.parse would not.
 * @param {string} text
 */
export function parseVectors(text) {
  return JSON.parse(text, (_name, value, context) => {
    if (typeof value !== "number" || /^-?(?:0|[1-9][0-9]*)$/.test(context.source)) return value;
    return new NotAnInteger();
  });
}

/** Texts, numbers, lists and objects, equal member by member. */
function same(a, b) {
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return Object.is(a, b);
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && same(a[name], b[name]));
}

/** @returns {Promise<{error?: Error, result?: unknown}>} */
async function attempt(operation, { input, expect }, kernel) {
  try {
    return { result: await operation(input, kernel, expect) };
  } catch (error) {
    return { error };
  }
}

/** @returns {string | null} what is wrong, or null */
function verdict(expect, { error, result }, kernel) {
  if (error && !(error instanceof kernel.CryptoError)) return `crashed: ${error?.stack ?? error}`;
  if (expect === "reject") return error ? null : "accepted, but must be refused";
  if (error) return `refused: ${error.message}`;
  if (expect === "accept") return null;
  if (expect === null || typeof expect !== "object") return "unknown expectation";
  return same(result, expect) ? null : `another result: ${JSON.stringify(result)?.slice(0, 400)}`;
}

/** @returns {string} the operation's name in the table */
function operationName(file, input) {
  return `${file.topic}/${input?.op ?? ""}`;
}

/**
 * Check one parsed file.
 * @param {string} name of the file
 * @param {{suite: string, topic: string, cases: object[]}} file
 * @param {object} kernel the bundle's module
 * @returns {Promise<{counts: {cases: number, results: number, accepted: number, rejected: number}, failures: string[]}>}
 */
export async function checkFile(name, file, kernel) {
  const counts = { cases: 0, results: 0, accepted: 0, rejected: 0 };
  const failures = [];
  if (!Array.isArray(file?.cases) || file.cases.length === 0) return { counts, failures: [`${name}: no case`] };
  if (file.suite !== kernel.encoding.SUITE) return { counts, failures: [`${name}: another suite`] };
  for (const one of file.cases) {
    const operation = operations.get(operationName(file, one.input));
    const problem = operation
      ? verdict(one.expect, await attempt(operation, one, kernel), kernel)
      : `unknown operation ${operationName(file, one.input)}`;
    if (problem) failures.push(`${name}: ${one.id}: ${problem}`);
    counts.cases += 1;
    counts[one.expect === "reject" ? "rejected" : one.expect === "accept" ? "accepted" : "results"] += 1;
  }
  return { counts, failures };
}

/** @returns {string} the line that is printed for a file */
export function summary(engine, name, { cases, results, accepted, rejected }) {
  return `${engine.padEnd(8)}  ${name.padEnd(18)} ${String(cases).padStart(5)} cases: ` +
    `${results} results, ${accepted} accepted, ${rejected} rejected`;
}
