/** The reader over every sample: each item has its fact, each section its words, each person a name. */

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';

import { ImportRefused } from '../../static/js/importer/index.js';
import { words } from '../../static/js/reader/narrative.js';
import { people } from '../../static/js/reader/personal.js';
import { read } from '../../static/js/reader/index.js';
import { panels, points, testsOf } from '../../static/js/reader/results.js';
import { rawText, rawTitles, sections } from '../../static/js/reader/sections.js';
import { factsIn, listOf } from '../../static/js/reader/summary.js';
import { sample, take } from './importer_support.mjs';

const NOW = new Date('2026-11-20T12:00:00Z');

/** The parts of a sample, read, as one opened record. */
async function opened(name) {
  const { partitions } = await take(sample(name));
  const parts = new Map(Object.entries(partitions).map(([part, octets]) => [part, read(octets, part)]));
  return { record: name, date: '2026-11-01T10:00:00Z', parts };
}

async function readable() {
  const names = readdirSync(new URL('../samples/', import.meta.url)).filter((name) => /\.(xml|json)$/.test(name));
  const taken = await Promise.all(names.map((name) => opened(name).catch((error) => {
    if (error instanceof ImportRefused) return undefined;
    throw error;
  })));
  return taken.filter(Boolean);
}

const said = ({ kind, code, date, negated }) => [kind, code?.value, date, negated].join('|');
const rowNames = ({ rows }) => rows.map(({ fact }) => fact.name);

test('every item has its fact, in order', async () => {
  const records = await readable();
  assert.ok(records.length >= 12);
  for (const { record, parts } of records) {
    for (const [part, model] of parts) {
      assert.deepEqual(model.facts.map(said), model.items.map(said), `${record} ${part}`);
      assert.equal(model.partition, part);
      assert.ok(model.origin.format, record);
    }
  }
});

test('every section keeps the words of its narrative, and every source its text', async () => {
  const flat = (found) => found.flatMap((each) => [each, ...flat(each.sections)]);
  for (const { record, parts } of await readable()) {
    for (const model of parts.values()) {
      const laid = flat(sections(model));
      assert.equal(rawTitles(model).length, model.sources.length);
      for (const index of rawTitles(model).keys()) assert.ok(rawText(model, index).length, record);
      const written = laid.filter(({ nodes }) => words(nodes)).length;
      const expected = model.sources.filter(({ element, role }) => role === 'record' && element?.local === 'section').length;
      assert.ok(written >= expected, `${record}: ${written} of ${expected}`);
    }
  }
});

test('a person has a name and a birth date', async () => {
  for (const { record, parts } of await readable()) {
    const personal = parts.get('personal');
    if (!personal?.items.some(({ kind }) => kind === 'patient')) continue;
    for (const { details } of people(personal)) {
      const fields = details.map(({ field }) => field);
      assert.ok(fields.includes('name') && fields.includes('birth-date'), record);
    }
  }
});

test('C-CDA: doses, reactions, references and flags', async () => {
  const record = await opened('ccda_ccd_hl7_medium.xml');
  const facts = factsIn([record]);
  const allergies = listOf([record], facts, 'allergy', NOW);
  assert.deepEqual([allergies.state, rowNames(allergies)], ['listed', ['Penicillin', 'codeine']]);
  assert.deepEqual(allergies.rows[1].fact.reactions, [{ name: 'Wheezing', severity: 'Moderate' }]);
  const [albuterol] = listOf([record], facts, 'medication', NOW).rows.filter(({ fact }) => fact.name.startsWith('albuterol'));
  assert.deepEqual([albuterol.fact.dose.amount, albuterol.fact.dose.unit, albuterol.fact.dose.every], ['2', 'Puff', { times: '1', period: '6', unit: 'h' }]);
  const platelets = testsOf(facts, 'result').find(({ name }) => name === 'Platelets');
  assert.deepEqual([platelets.latest.value.value, platelets.latest.flag, platelets.latest.range.low, platelets.latest.range.high], ['123', 'low', '150', '350']);
  const problems = listOf([record], facts, 'problem', NOW);
  assert.deepEqual([rowNames(problems), problems.past.map(({ fact }) => fact.name)], [['Angina', 'Chest pain'], ['Pneumonia']]);
});

test('C-CDA: confirmed none is not "nothing recorded", and words alone are shown as words', async () => {
  const record = await opened('ccda_ccd_hl7_small.xml');
  const facts = factsIn([record]);
  assert.equal(listOf([record], facts, 'allergy', NOW).state, 'none');
  const medicines = listOf([record], facts, 'medication', NOW);
  assert.deepEqual([medicines.state, medicines.said[0].text], ['words', 'No information']);
  record.parts.delete('prescription');
  assert.equal(listOf([record], factsIn([record]), 'medication', NOW).state, 'hidden');
  assert.equal(listOf([{ ...record, parts: new Map([['prescription', read(new TextEncoder().encode(
    '<partition xmlns="urn:sesphr:phr:1" id="prescription" version="1"><origin format="c-cda"/></partition>'))]]) }], [], 'medication', NOW).state, 'nothing');
});

test('C-CDA: a vaccine that was refused is negated, a stopped medicine is past', async () => {
  const record = await opened('ccda_atospulse_large.xml');
  const facts = factsIn([record]);
  assert.equal(facts.filter(({ kind, negated }) => kind === 'immunisation' && negated).length, 1);
  const medicines = listOf([record], facts, 'medication', NOW);
  assert.ok(medicines.past.some(({ fact }) => fact.name.startsWith('Ciprofloxacin')));
  assert.ok(!rowNames(medicines).some((name) => name.startsWith('Ciprofloxacin')));
});

test('FHIR: high criticality, partial absence, medicines by reference, numbers as they stood', async () => {
  const record = await opened('ips_ig_bundle01.json');
  const facts = factsIn([record]);
  const allergies = listOf([record], facts, 'allergy', NOW);
  assert.equal(allergies.rows.length, 1);
  assert.equal(allergies.rows[0].fact.severe, true);
  assert.equal(allergies.rows[0].fact.partition, 'medical');
  assert.deepEqual(allergies.absent.map(({ name, absent }) => [name, absent]), [['No known food allergy (situation)', 'some']]);
  assert.equal(listOf([record], facts, 'medication', NOW).rows.length, 2);
  const synthea = factsIn([await opened('fhir_r4_synthea_small.json')]);
  const height = testsOf(synthea, 'vital').find(({ name }) => name === 'Body Height');
  assert.match(height.latest.value.value, /^\d+\.\d{10,}$/);
  assert.ok(height.earlier.length >= 3);
  const drawn = points(height);
  assert.equal(drawn.length, height.earlier.length + 1);
  assert.ok(drawn.every(({ at }, index) => index === 0 || at >= drawn[index - 1].at));
  assert.ok(panels(testsOf(synthea, 'result')).some(({ panel }) => panel?.startsWith('Complete blood count')));
});

test('two records of one patient: allergies add up, each with its own record', async () => {
  const records = [await opened('ccda_ccd_hl7_medium.xml'), { ...await opened('ips_ig_bundle01.json'), date: '2026-11-10T10:00:00Z' },
    { ...await opened('ccda_ccd_hl7_small.xml'), date: '2026-11-15T10:00:00Z' }];
  const facts = factsIn(records);
  const allergies = listOf(records, facts, 'allergy', NOW);
  assert.equal(allergies.state, 'listed');
  assert.equal(allergies.rows.length, 3);
  assert.equal(allergies.rows[0].fact.recorded, '2026-11-10T10:00:00Z');
  assert.equal(allergies.absent.length, 2);
});
