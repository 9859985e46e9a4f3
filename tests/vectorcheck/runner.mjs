/**
 * Runs vector files through the JavaScript kernel; the same module in Node and in a browser.
 *
 * "reject" is met by a CryptoError alone: any other exception on hostile input counts as a failure.
 */
import { operations } from "./operations.mjs";

/** Stands for 1.0, 1e3 or -0, which JSON.parse would turn into integers; the kernel must refuse it. */
class NotAnInteger {}

/**
 * Parse a vector file. Python keeps 1.0 and -0 apart from integers; JSON.parse would not.
 * @param {string} text
 */
function parseVectors(text) {
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

/** @returns {string | null} what is wrong with a file as a whole, or null */
function fileProblem(file, kernel) {
  if (!Array.isArray(file?.cases) || file.cases.length === 0) return "no case";
  if (file.suite !== kernel.encoding.SUITE) return "another suite";
  if (file.cases.some((one) => typeof one?.id !== "string" || !("expect" in one))) return "a case without id or expect";
  if (new Set(file.cases.map((one) => one.id)).size !== file.cases.length) return "an id stands twice";
  return null;
}

/** @returns {Promise<string | null>} what is wrong with a case, or null */
async function caseProblem(file, one, kernel) {
  const operation = operations.get(operationName(file, one.input));
  if (!operation) return `unknown operation ${operationName(file, one.input)}`;
  return verdict(one.expect, await attempt(operation, one, kernel), kernel);
}

/**
 * Check one file.
 * @param {string} name of the file
 * @param {string} text its content
 * @param {object} kernel the bundle's module
 * @returns {Promise<{counts: Record<string, number>, failures: string[]}>} each failure names file and case
 */
export async function checkFile(name, text, kernel) {
  const counts = { cases: 0, results: 0, accepted: 0, rejected: 0 };
  let file;
  try {
    file = parseVectors(text);
  } catch {
    return { counts, failures: [`${name}: not JSON`] };
  }
  const whole = fileProblem(file, kernel);
  if (whole) return { counts, failures: [`${name}: ${whole}`] };
  const failures = [];
  for (const one of file.cases) {
    counts.cases += 1;
    const problem = await caseProblem(file, one, kernel);
    if (problem) failures.push(`${name}: ${one.id}: ${problem}`);
    else counts[one.expect === "reject" ? "rejected" : one.expect === "accept" ? "accepted" : "results"] += 1;
  }
  return { counts, failures };
}

/** @returns {string} the line that is printed for a file */
export function summary(engine, name, { counts: { cases, results, accepted, rejected }, failures }) {
  const line = `${engine.padEnd(8)}  ${name.padEnd(16)}  ${cases} cases: ${results} results, ${accepted} accepted, ${rejected} rejected`;
  return failures.length > 0 ? `${line}, ${failures.length} FAILED` : line;
}
