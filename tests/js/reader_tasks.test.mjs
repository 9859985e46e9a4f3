/** What a worker reads for a page: plain data that a message carries whole, the same as the reader gives. */

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';

import { ImportRefused } from '../../static/js/importer/index.js';
import { brief, read } from '../../static/js/reader/index.js';
import { rawText, rawTitles, sections } from '../../static/js/reader/sections.js';
import { factsIn, listOf } from '../../static/js/reader/summary.js';
import { bundle, layOut, source, summarise } from '../../static/js/reader/tasks.js';
import { octets, sample, take } from './importer_support.mjs';

const NOW = new Date('2026-11-29T12:00:00Z');
const GIVEN = { version: 1, made: '2026-11-01T10:00:00.000Z' };
const given = (partitions) => Object.entries(partitions).map(([partition, found]) => ({ partition, octets: found, ...GIVEN }));

/** As a message between a page and a worker has it. */
const sent = (value) => structuredClone(value);

test('a message carries all of it, for every sample', async () => {
  const names = readdirSync(new URL('../samples/', import.meta.url)).filter((name) => /\.(xml|json)$/.test(name));
  let seen = 0;
  for (const name of names) {
    const taken = await take(sample(name)).catch((error) => { if (!(error instanceof ImportRefused)) throw error; });
    if (!taken) continue;
    const parts = given(taken.partitions);
    for (const [index, summary] of sent(summarise(sent(parts))).entries()) {
      const model = read(parts[index].octets, parts[index].partition);
      assert.deepEqual(summary, brief(model), name);
      assert.deepEqual(sent(layOut(sent(parts[index]))), { sections: sections(model), raw: rawTitles(model) }, name);
      if (model.sources.length) assert.equal(source({ given: parts[index], index: 0 }), rawText(model, 0));
      seen += 1;
    }
  }
  assert.ok(seen > 30);
});

test('what cannot be read is told apart, and does not take the rest with it', () => {
  const parts = given({ medical: octets('<a'), lab: octets('<x xmlns="urn:other">words</x>') });
  const [broken, foreign] = summarise(parts);
  assert.equal(broken, null);
  assert.deepEqual([foreign.foreign, foreign.partition, foreign.facts], [true, 'lab', []]);
  assert.throws(() => layOut(parts[0]), /unreadable/);
});

test('sections that say it in words are heard, as before they were read elsewhere', async () => {
  const { partitions } = await take(sample('ccda_ccd_hl7_small.xml'));
  const [parts, found] = [given(partitions), Object.entries(partitions)];
  const summarised = new Map(sent(summarise(parts)).map((each) => [each.partition, each]));
  const whole = new Map(found.map(([part, each]) => [part, read(each, part)]));
  const lists = [summarised, whole].map((each) => {
    const records = [{ record: 'r', date: '2026-11-01', parts: each }];
    return ['allergy', 'problem', 'medication'].map((kind) => listOf(records, factsIn(records), kind, NOW));
  });
  assert.deepEqual(lists[0], lists[1]);
});

test('a bundle is made of octets alone', async () => {
  const { partitions } = await take(sample('fhir_r4_synthea_small.json'));
  const made = JSON.parse(bundle(sent({ records: [{ record: 'r', date: '2026-11-01', parts: given(partitions) }], now: NOW })));
  assert.deepEqual([made.resourceType, made.type, made.entry.length > 50], ['Bundle', 'collection', true]);
});
