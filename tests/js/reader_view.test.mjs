/** What a record page makes of facts: one of what is repeated, pairs, one unit a line, and what a search leaves. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fact } from '../../static/js/reader/facts.js';
import { asks, keeping } from '../../static/js/reader/filter.js';
import { read } from '../../static/js/reader/index.js';
import { pairOf } from '../../static/js/reader/pressure.js';
import { daysOf, panels, points, testsOf } from '../../static/js/reader/results.js';
import { factsIn, homeOf, listOf, toldOf } from '../../static/js/reader/summary.js';
import { viewOf, without } from '../../static/js/pages/record/view.js';
import { PARTS } from '../../static/js/ui/parts.js';
import { sample, take } from './importer_support.mjs';

const LOINC = 'http://loinc.org';
const NOW = new Date('2026-11-20T12:00:00Z');

/** A measurement as a reader knows it. */
const measured = (code, value, unit, date, more = {}) => ({
  ...fact({ kind: 'vital', source: 's1', code: { system: LOINC, value: code }, name: code, value: { value, unit }, date, ...more }),
  record: 'r1', recorded: '2026-11-01', partition: 'medical', told: [{ record: 'r1', partition: 'medical', section: code }],
});

test('the same record twice counts once, and each fact names both', async () => {
  const { partitions } = await take(sample('ccda_ccd_hl7_medium.xml'));
  const opened = (record, date) => ({ record, date, parts: new Map(Object.entries(partitions).map(([part, octets]) => [part, read(octets, part)])) });
  const one = factsIn([opened('a', '2026-10-01')]);
  const records = [opened('a', '2026-10-01'), opened('b', '2026-11-01')];
  const both = factsIn(records);
  assert.equal(both.length, one.length);
  assert.ok(both.every(({ record, told }) => record === 'b' && new Set(told.map((each) => each.record)).size === 2));
  const [allergy] = listOf(records, both, 'allergy', NOW).rows;
  assert.deepEqual(toldOf(allergy.all).map(({ record, partition }) => [record, partition]), [['a', 'medical'], ['b', 'medical']]);
  assert.match(toldOf(allergy.all)[0].section, /allergies/i);
});

test('two observations of one time are a blood pressure, two of one kind are not', () => {
  const pair = [measured('8480-6', '145', 'mm[Hg]', '2026-01-02T08:00:00Z'), measured('8462-4', '88', 'mm[Hg]', '2026-01-02T08:00:00Z', { flag: 'high' })];
  const [found, ...others] = testsOf(pair, 'vital');
  assert.equal(others.length, 0);
  assert.deepEqual(pairOf(found.latest).map(({ value }) => value.value), ['145', '88']);
  assert.deepEqual([found.unit, found.latest.flag, found.latest.told.length], ['mm[Hg]', 'high', 2]);
  assert.equal(points({ ...found, earlier: [] })[0].lower, 88);
  const third = measured('8480-6', '120', 'mm[Hg]', '2026-01-02T08:00:00Z');
  assert.ok(testsOf([...pair, third], 'vital').every(({ latest }) => pairOf(latest) === undefined));
  assert.equal(testsOf([pair[0], { ...pair[1], value: { value: '11', unit: 'kPa' } }], 'vital').length, 2);
  assert.equal(testsOf([pair[0], { ...pair[1], date: '2026-01-03' }], 'vital').length, 2);
});

test('numbers of two units are never on one line', () => {
  const values = [measured('2160-0', '104', 'umol/L', '2026-03-01'), measured('2160-0', '1.2', 'mg/dL', '2026-02-01'),
    measured('2160-0', '98', 'umol/L', '2026-01-01'), measured('2160-0', '1', undefined, '2025-01-01')];
  const tests = testsOf(values, 'vital');
  assert.deepEqual(tests.map(({ unit }) => unit), ['umol/L', 'mg/dL', undefined]);
  assert.deepEqual(tests.map((each) => points(each).map(({ value }) => value)), [[98, 104], [1.2], [1]]);
  assert.deepEqual(panels(tests).map(({ often, tests: inside }) => [often, inside.length]), [[true, 3]]);
});

test('days head the columns only where every row has its newest value on one of them', () => {
  const on = (code, ...days) => days.map((day, index) => measured(code, `${index}`, 'g', day));
  const aligned = testsOf([...on('a', '2026-03-01', '2026-02-01'), ...on('b', '2026-02-01')], 'vital');
  assert.deepEqual(daysOf(aligned), ['2026-03-01', '2026-02-01']);
  assert.equal(daysOf(testsOf(on('a', '2026-03-01'), 'vital')), undefined);
  const own = testsOf([...on('a', '2026-03-01', '2026-02-01', '2026-01-01'), ...on('b', '2020-01-01')], 'vital');
  assert.equal(daysOf(own), undefined);
  assert.equal(daysOf(testsOf([...on('a', '2026-03-01T08:00:00Z', '2026-03-01T20:00:00Z', '2026-02-01')], 'vital')), undefined);
});

test('a search needs every word, without case and accents', () => {
  const one = measured('4548-4', '7.1', '%', '2026-01-01', { name: 'Hémoglobine A1c', panel: 'Diabetes' });
  assert.ok(keeping({ text: 'hemoglobine DIABETES' })(one));
  assert.ok(keeping({ text: '4548-4' })(one));
  assert.ok(!keeping({ text: 'hemoglobine kidney' })(one));
  assert.ok(keeping({ text: '  ' })(one) && !asks({ text: '  ' }) && asks({ until: '2020-01-01' }));
});

test('a time hides what happened outside it, and nothing that still lasts', () => {
  const year = keeping({ from: '2026-01-01', until: '2026-12-31' });
  const known = (kind, date, end) => fact({ kind, source: 's', date, end });
  assert.ok(year(known('result', '2026')) && !year(known('result', '2025-12-31T23:00:00Z')) && !year(known('result')));
  assert.ok(year(known('allergy', '2009')) && year(known('allergy')) && year(known('medication', '2020-01-01')));
  assert.ok(!year(known('problem', '2020-01-01', '2021-01-01')) && !year(known('problem', '2027-01-01')));
});

/** Some parts of a file as somebody opened them, and their list of allergies. */
async function allergiesOf(file, parts, mode = 'reader') {
  const { partitions } = await take(file);
  const records = [{ record: 'r', date: '2026-03-01', parts: new Map(parts.filter((part) => partitions[part]).map((part) => [part, read(partitions[part], part)])) }];
  return listOf(records, factsIn(records), 'allergy', NOW, homeOf({ mode, records, broken: [], away: [] }, 'allergy'));
}

/** A FHIR file with a prescription, and these allergies. */
const prescribed = (...allergies) => ({ resourceType: 'Bundle', type: 'collection', entry: [
  { resource: { resourceType: 'MedicationRequest', id: 'm', status: 'active', intent: 'order', medicationCodeableConcept: { text: 'Metformin' }, subject: { reference: 'Patient/p' } } },
  { resource: { resourceType: 'Condition', id: 'c', code: { text: 'Asthma' }, subject: { reference: 'Patient/p' } } },
  ...allergies.map((each, index) => ({ resource: { resourceType: 'AllergyIntolerance', id: `a${index}`, patient: { reference: 'Patient/p' }, ...each } }))] });
const LATEX = { code: { text: 'Latex' } };
const RESOLVED = { code: { text: 'Nuts' }, clinicalStatus: { coding: [{ code: 'resolved' }] } };
const NONE = { code: { coding: [{ system: 'http://snomed.info/sct', code: '716186003', display: 'No known allergy' }] } };

test('with prescriptions alone, copied allergies are listed with where they stand, and need not be all', async () => {
  const list = await allergiesOf(prescribed(LATEX), ['prescription']);
  assert.deepEqual([list.state, list.home, list.rows.map(({ fact }) => fact.name)], ['listed', 'hidden', ['Latex']]);
  assert.deepEqual(toldOf(list.rows[0].all).map(({ partition }) => partition), ['prescription']);
  const both = await allergiesOf(prescribed(LATEX), ['prescription', 'medical']);
  assert.deepEqual([both.state, both.home, both.rows.length], ['listed', 'read', 1]);
});

test('prescriptions without an allergy never say that nothing is recorded: the medical part was not read', async () => {
  for (const file of [prescribed(), prescribed(RESOLVED)]) {
    const list = await allergiesOf(file, ['prescription']);
    assert.deepEqual([list.state, list.home, list.rows.length], ['hidden', 'hidden', 0]);
    assert.equal((await allergiesOf(file, ['prescription', 'medical'])).state, 'nothing');
  }
  assert.equal((await allergiesOf(prescribed(RESOLVED), ['prescription'])).past.length, 1);
});

test('known to have none is said of the copy too, and that the medical part was not read', async () => {
  for (const [parts, home] of [[['prescription'], 'hidden'], [['medical'], 'read']]) {
    const list = await allergiesOf(prescribed(NONE), parts);
    assert.deepEqual([list.state, list.home], ['none', home]);
  }
});

test('an owner without a medical part has nothing recorded: nothing is kept from her', async () => {
  assert.equal((await allergiesOf(prescribed(), ['prescription'], 'own')).state, 'nothing');
  assert.equal((await allergiesOf(prescribed(), ['prescription'], 'see-as')).state, 'hidden');
});

test('a medical part that cannot be laid out is neither empty nor kept back', () => {
  const broken = [{ partition: 'medical' }];
  for (const mode of ['own', 'reader', 'see-as']) {
    const home = homeOf({ mode, records: [], broken, away: [] }, 'allergy');
    assert.deepEqual([home, listOf([], [], 'allergy', NOW, home).state], ['unread', 'unread']);
  }
  assert.equal(homeOf({ mode: 'reader', records: [], broken, away: [] }, 'medication'), 'hidden');
});

test('a part that cannot be opened right now is neither empty nor kept back', () => {
  const broken = [{ partition: 'medical' }];
  const parts = new Map([['medical', {}]]);
  for (const records of [[], [{ record: 'a', date: '2026-10-01', parts }]]) {
    const home = homeOf({ mode: 'reader', records, broken, away: ['medical'] }, 'allergy');
    assert.deepEqual([home, listOf([], [], 'allergy', NOW, home).state], ['away', 'away']);
    assert.equal(homeOf({ mode: 'reader', records, broken: [], away: ['medical'] }, 'medication'), 'hidden');
  }
  const about = { mode: 'reader', name: '', viewer: '', purpose: '', ends: new Map(), writers: new Map(), away: ['medical'] };
  assert.deepEqual(viewOf([], about).hidden, PARTS.filter((part) => part !== 'medical'));
  assert.deepEqual(without(viewOf([], about), () => true).away, ['medical']);
});

test('an allergy section of words alone is shown from its copy where the original is not', async () => {
  const file = new TextDecoder().decode(sample('ccda_ccd_hl7_medium.xml'))
    .replace(/(<templateId root="2\.16\.840\.1\.113883\.10\.20\.22\.2\.6\.1"[^>]*>(?:(?!<\/section>)[^])*?<\/text>)(?:(?!<\/section>)[^])*/, '$1');
  for (const parts of [['prescription'], ['medical'], ['prescription', 'medical']]) {
    const list = await allergiesOf(file, parts);
    assert.deepEqual([list.state, list.said.length], ['words', 1], parts.join());
    assert.match(list.said[0].text, /Penicillin/i);
  }
});
