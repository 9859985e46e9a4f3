/** Imports each file named and writes a line of JSON for each: `{file, partitions: {name: text}}`, or `{file, refused: kind}`. */

import { readFileSync } from 'node:fs';
import process from 'node:process';

import { ImportRefused, importRecord } from '../../static/js/importer/index.js';

for (const file of process.argv.slice(2)) {
  try {
    const { partitions } = await importRecord(readFileSync(file));
    const texts = Object.entries(partitions).map(([name, octets]) => [name, new TextDecoder().decode(octets)]);
    process.stdout.write(`${JSON.stringify({ file, partitions: Object.fromEntries(texts) })}\n`);
  } catch (error) {
    if (!(error instanceof ImportRefused)) throw error;
    process.stdout.write(`${JSON.stringify({ file, refused: error.kind })}\n`);
  }
}
