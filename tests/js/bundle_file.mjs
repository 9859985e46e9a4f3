/** What a reader downloads of a sample, for programs that check FHIR: `node bundle_file.mjs FILE [PART ...]` writes a Bundle. */

import { readFileSync } from 'node:fs';

import { bundleOf } from '../../static/js/reader/bundle.js';
import { read } from '../../static/js/reader/index.js';
import { take } from './importer_support.mjs';

const [path, ...chosen] = process.argv.slice(2);
const { partitions } = await take(readFileSync(path));
const open = Object.entries(partitions).filter(([part]) => !chosen.length || chosen.includes(part));
const parts = new Map(open.map(([part, octets]) => [part, read(octets, part)]));
let last = 0;
const newId = () => `00000000-0000-4000-8000-${String(++last).padStart(12, '0')}`;
process.stdout.write(bundleOf([{ record: 'r', date: '2026-11-01', parts }], new Date('2026-11-29T12:00:00Z'), newId));
