/**
 * The importer as a command: `node cli.mjs FILE` (`-` reads standard input).
 *
 * Writes one JSON object: {format, title?, partitions: {name: base64}, attachments:
 * {name: [{name, type, size, sha256, base64}]}, counts, warnings} and exits 0, with
 * `"content": "file"` in place of base64 where an attachment is the file itself; or {error} and exits 6 when the file is not accepted,
 * 2 when there is no such file. The work runs in a thread with a bounded heap,
 * so that no file can take the machine's memory.
 */

import { openAsBlob } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import process from 'node:process';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

import { tooLarge } from './detect.js';
import { ImportRefused, importRecord } from './index.js';
import { MAX_FILE_OCTETS } from './limits.js';
import { refuse } from './refused.js';
import { spoken } from './words.js';

const HEAP_MB = 1536;
const EXIT_USAGE = 2;
const EXIT_NOT_ACCEPTED = 6;

/** @typedef {{exit: number, answer: object}} Outcome */
/** @typedef {{path?: string, octets?: Uint8Array}} Input a file, or what standard input held */

/** @param {AsyncIterable<Uint8Array>} stream @returns {Promise<Uint8Array>} */
async function readBounded(stream) {
  const chunks = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > MAX_FILE_OCTETS) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** @param {string} path @returns {Promise<Input>} */
async function readInput(path) {
  if (path === '-') return { octets: await readBounded(process.stdin) };
  const file = await open(path);
  // A pipe has no size to be read by: what comes out of it is held, and bounded.
  const regular = (await file.stat()).isFile();
  if (!regular) return { octets: await readBounded(file.createReadStream()) };
  await file.close();
  return { path };
}

/** @param {import('./attachments.js').Attached} file @param {Uint8Array | Blob} whole the file that was read */
function written({ content, ...told }, whole) {
  const cut = content !== whole && content instanceof Uint8Array;
  return cut ? { ...told, base64: Buffer.from(content).toString('base64') } : { ...told, content: 'file' };
}

/** @param {Input} input @returns {Promise<Outcome>} */
async function answerFor({ path, octets }) {
  const content = octets ?? await openAsBlob(/** @type {string} */ (path));
  const { partitions, attachments, ...rest } = await importRecord(content, { name: path && basename(path) });
  const encoded = Object.entries(partitions).map(([name, each]) => [name, Buffer.from(each).toString('base64')]);
  const files = Object.entries(attachments).map(([name, each]) => [name, each.map((file) => written(file, content))]);
  return { exit: 0, answer: { ...rest, partitions: Object.fromEntries(encoded), attachments: Object.fromEntries(files) } };
}

/** @param {unknown} error @returns {Outcome} */
function refusal(error) {
  if (error instanceof DOMException && error.name === 'NotReadableError') return { exit: EXIT_USAGE, answer: { error: 'The file was changed while it was read. Try again.' } };
  if (!(error instanceof ImportRefused)) throw error;
  return { exit: EXIT_NOT_ACCEPTED, answer: { error: spoken(error).message, kind: error.kind } };
}

/** @param {Input} input @returns {Promise<Outcome>} */
function inBoundedThread(input) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: input, resourceLimits: { maxOldGenerationSizeMb: HEAP_MB } });
    worker.on('message', resolve);
    worker.on('error', (error) => {
      if (/** @type {{code?: string}} */ (error).code !== 'ERR_WORKER_OUT_OF_MEMORY') return reject(error);
      return resolve(refusal(refuse('memory')));
    });
  });
}

/** @param {string} path @returns {Promise<Outcome>} */
async function run(path) {
  let input;
  try {
    input = await readInput(path);
  } catch (error) {
    if (error instanceof ImportRefused) return refusal(error);
    return { exit: EXIT_USAGE, answer: { error: `The file cannot be read: ${/** @type {Error} */ (error).message}.` } };
  }
  return inBoundedThread(input);
}

async function main() {
  const [path, ...more] = process.argv.slice(2);
  const { exit, answer } = path && !more.length
    ? await run(path) : { exit: EXIT_USAGE, answer: { error: 'Give one file, or - to read standard input.' } };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
  process.exitCode = exit;
}

if (isMainThread) await main();
else parentPort?.postMessage(await answerFor(workerData).catch(refusal));
