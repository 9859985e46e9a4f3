/** A record entered by hand: what the form makes of what was typed, and what the importer and the reader make of that. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { prepare } from '../../static/js/importer/plan.js';
import { bundleOf, writeJson } from '../../static/js/pages/by-hand/bundle.js';
import { doubtsIn, errorsIn } from '../../static/js/pages/by-hand/check.js';
import { decimal, isBefore, isEmpty, plainDigits, readDate } from '../../static/js/pages/by-hand/typed.js';
import { read } from '../../static/js/reader/index.js';
import { octets } from './importer_support.mjs';

const NOW = new Date('2026-11-29T12:00:00Z');
const ENTRY = '7b0c1f6a-3a5e-4c52-9f2e-0d8f6f1c2b3a';
const typed = (fields = {}, lists = {}) => ({ fields, lists: { problems: [], treatments: [], medicines: [], allergies: [], ...lists } });
const codes = (found) => found.map(({ field, code }) => `${field}: ${code}`);
const date = (name, day, month, year) => ({ [`${name}-day`]: day, [`${name}-month`]: month, [`${name}-year`]: year });

const FULL = typed({
  ...date('date', '3', '8', '2026'), place: 'St Mary', 'visit-kind': 'emergency', doctor: 'Dr Osei', systolic: '142', diastolic: '91', pulse: '70',
  temperature: '36,60', 'temperature-unit': 'c', weight: '150.0', 'weight-unit': 'lb', height: '170', 'height-unit': 'cm',
  sugar: '5.60', 'sugar-unit': 'mmol', insurer: 'Mutual', policy: 'P-1', ...date('insured', '', '12', '2027'), notes: 'Line one\r\nline <two>',
}, {
  problems: [{ name: 'Asthma', severity: 'moderate', ...date('since', '', '', '2019') }, { name: 'Flu', over: 'yes' }, { name: ' ' }],
  treatments: [{ name: 'Physiotherapy', kind: 'therapy', outcome: 'Less pain' }],
  medicines: [
    { name: 'Salbutamol', dose: '1 puff', often: 'twice a day', ...date('since', '1', '2', '2020') },
    { name: 'Amoxicillin', ...date('until', '', '', '2024') },
  ],
  allergies: [{ name: 'Penicillin', reaction: 'Rash', severity: 'severe' }, { name: 'Nuts', severity: 'mild' }],
});

const planned = (value) => prepare(octets(bundleOf(value, ENTRY, NOW)));
/** What a reader finds, by partition. */
async function facts(value) {
  const { partitions } = (await planned(value)).result();
  return Object.fromEntries(Object.entries(partitions).map(([name, bytes]) => [name, read(bytes)]));
}

test('everything that was typed arrives where it belongs', async () => {
  assert.deepEqual(errorsIn(FULL, NOW), []);
  const { counts, notices } = (await planned(FULL)).result();
  assert.deepEqual(counts, {
    medical: { encounter: 1, problem: 2, vital: 5, result: 1, procedure: 1, allergy: 2, other: 1 },
    insurance: { coverage: 1 }, prescription: { allergy: 2, medication: 2 },
  });
  assert.deepEqual(notices, []);
});

test('the reader says the same in the same words, and whose word it is', async () => {
  const { medical, prescription, insurance } = await facts(FULL);
  assert.deepEqual(medical.origin, { format: 'hand-entry', type: 'collection', date: '2026-11-29T12:00:00.000Z' });
  const of = (part, kind) => part.facts.filter((each) => each.kind === kind);
  const [visit] = of(medical, 'encounter');
  assert.deepEqual([visit.name, visit.date, visit.who, visit.note], ['Emergency department patient visit', '2026-08-03', 'Dr Osei', 'St Mary']);
  assert.deepEqual(of(medical, 'problem').map(({ name, status, date: since, severity }) => [name, status, since, severity]),
    [['Asthma', 'active', '2019', 'Moderate'], ['Flu', 'resolved', '2026-08-03', undefined]]);
  const pressure = of(medical, 'vital')[0];
  assert.deepEqual(pressure.components.map(({ code, value }) => [code.value, value.value, value.unit]), [['8480-6', '142', 'mmHg'], ['8462-4', '91', 'mmHg']]);
  assert.deepEqual(of(medical, 'vital').slice(1).map(({ code, value }) => [code.value, value.value, value.unit]),
    [['8867-4', '70', '/min'], ['8310-5', '36.60', '°C'], ['29463-7', '150.0', 'lb'], ['8302-2', '170', 'cm']]);
  assert.deepEqual(of(medical, 'result').map(({ code, value }) => [code.value, value.value, value.unit]), [['15074-8', '5.60', 'mmol/L']]);
  assert.deepEqual(of(medical, 'procedure').map(({ name, note, date: day }) => [name, note, day]), [['Physiotherapy', 'Less pain', '2026-08-03']]);
  assert.deepEqual(of(medical, 'other').map(({ name, note }) => [name, note]), [['Patient Note', 'Line one\nline <two>']]);
  assert.deepEqual(of(prescription, 'medication').map(({ name, status, dose, date: since, end }) => [name, status, dose?.text, since, end]),
    [['Salbutamol', 'active', '1 puff, twice a day', '2020-02-01', undefined], ['Amoxicillin', 'completed', undefined, undefined, '2024']]);
  for (const part of [medical, prescription]) {
    assert.deepEqual(of(part, 'allergy').map(({ name, severe, severity, reactions }) => [name, severe, severity, reactions.map((each) => each.name)]),
      [['Penicillin', true, 'severe', ['Rash']], ['Nuts', false, 'mild', []]]);
  }
  assert.deepEqual(insurance.facts.map(({ name, note, end }) => [name, note, end]), [['Mutual', 'P-1', '2027-12']]);
});

test('there being none is said, and is not the same as saying nothing', async () => {
  const { prescription, medical } = await facts(typed({ 'no-allergies': 'yes', 'no-medicines': 'yes' }));
  assert.deepEqual(prescription.facts.map(({ kind, absent }) => [kind, absent]), [['medication', 'none'], ['allergy', 'none']]);
  assert.deepEqual(medical.facts.map(({ kind, absent }) => [kind, absent]), [['allergy', 'none']]);
});

test('units are never mixed: another unit of blood sugar is another test', async () => {
  const { medical } = await facts(typed({ sugar: '101', 'sugar-unit': 'mg' }));
  assert.deepEqual(medical.facts.map(({ code, value }) => [code.value, value.unit]), [['2339-0', 'mg/dL']]);
  assert.deepEqual(codes(doubtsIn(typed({ sugar: '101', 'sugar-unit': 'mmol' }), NOW)), ['sugar: range.sugar']);
});

test('nobody is named who was not, and the same typed again is the same file', () => {
  const text = bundleOf(FULL, ENTRY, NOW);
  const { entry, id, meta } = JSON.parse(text);
  assert.ok(!entry.some(({ resource }) => resource.resourceType === 'Patient'));
  assert.deepEqual([id, meta.source], [ENTRY, 'urn:sesphr:hand-entry']);
  assert.equal(new Set(entry.map(({ resource }) => resource.id)).size, entry.length);
  for (const { resource } of entry) assert.match(resource.id, /^[A-Za-z0-9.-]{1,64}$/);
  assert.equal(bundleOf(FULL, ENTRY, NOW), text);
});

test('one entry is enough, and none is not', () => {
  const blank = typed({ ...date('date', '29', '11', '2026'), 'visit-kind': 'practice', 'weight-unit': 'kg', place: '  ' }, { medicines: [{ name: '', dose: '' }] });
  assert.equal(isEmpty(blank), true);
  assert.deepEqual(codes(errorsIn(blank, NOW)), ['place: empty']);
  for (const one of [typed({ pulse: '60' }), typed({ notes: 'x' }), typed({ 'no-allergies': 'yes' }), typed({}, { allergies: [{ name: 'Nuts' }] })]) {
    assert.deepEqual(errorsIn(one, NOW), []);
  }
});

test('what is wrong is named where it is, in the order of the form', () => {
  const bad = typed({
    ...date('date', '31', '2', '2026'), systolic: '120', pulse: 'fast', temperature: '36.6.6', 'no-medicines': 'yes', 'no-allergies': 'yes', policy: 'P-1',
    ...date('insured', '', '13', '2027'),
  }, {
    problems: [{}, { name: '', severity: 'mild', ...date('since', '', '', '19') }],
    treatments: [{ outcome: 'better' }],
    medicines: [{ name: 'A', ...date('since', '', '3', '2024'), ...date('until', '1', '2', '2024') }, { name: 'B' }],
    allergies: [{ name: 'Nuts' }],
  });
  assert.deepEqual(codes(errorsIn(bad, NOW)), [
    'date-day: date-day', 'problems-1-name: name.problems', 'problems-1-since-year: date-year', 'diastolic: pair.diastolic', 'pulse: number.pulse',
    'temperature: number.temperature', 'treatments-0-name: name.treatments', 'no-medicines: both.medicines', 'medicines-0-until-year: order',
    'no-allergies: both.allergies', 'insurer: insurer', 'insured-month: date-month',
  ]);
});

test('a medicine that is over does not speak against taking none', () => {
  const value = typed({ 'no-medicines': 'yes' }, { medicines: [{ name: 'A', ...date('until', '', '', '2025') }] });
  assert.deepEqual(errorsIn(value, NOW), []);
});

test('what is unlikely is asked about, and what is usual is not', () => {
  assert.deepEqual(doubtsIn(FULL, NOW), []);
  const odd = typed({ ...date('date', '', '', '2027'), systolic: '80', diastolic: '120', pulse: '700', temperature: '98.6', 'temperature-unit': 'c' },
    { medicines: [{ name: 'A', ...date('since', '', '12', '2026'), ...date('until', '', '', '2030') }] });
  assert.deepEqual(codes(doubtsIn(odd, NOW)),
    ['date-year: future', 'medicines-0-since-year: future', 'systolic: swapped', 'pulse: range.pulse', 'temperature: range.temperature']);
  assert.deepEqual(doubtsIn(typed({ temperature: '98.6', 'temperature-unit': 'f' }), NOW), []);
});

test('dates are as exact as they are typed', () => {
  const of = (...parts) => readDate(date('d', ...parts), 'd');
  assert.deepEqual([of('', '', ''), of('', '', '2024'), of('', '8', '2024'), of('3', '08', '2024'), of('٣', '٨', '٢٠٢٤')].map(({ text }) => text),
    ['', '2024', '2024-08', '2024-08-03', '2024-08-03']);
  assert.deepEqual([of('1', '', ''), of('1', '', '2024'), of('', '13', '2024'), of('30', '2', '2024'), of('29', '2', '2023'), of('', '', '24'), of('x', '1', '2024')]
    .map(({ wrong }) => wrong), ['year', 'month', 'month', 'day', 'day', 'year', 'day']);
  assert.equal(of('29', '2', '2024').text, '2024-02-29');
  assert.deepEqual([isBefore('2024', '2024-05'), isBefore('2024-04', '2024-05-01'), isBefore('', '2024'), isBefore('2025', '2024')], [false, true, false, false]);
});

test('numbers keep what was typed and nothing else is one', () => {
  assert.deepEqual(['5.60', '5,6', ' 007 ', '0.5', '٣٦٫٦', '१२०', '1 200'].map(decimal), ['5.60', '5.6', '7', '0.5', '36.6', '120', '1200']);
  assert.deepEqual(['', '-5', '1e3', '5.', '.5', '12345', '1.2345', 'NaN', '5..6', '½'].map(decimal), Array(10).fill(null));
  assert.equal(plainDigits('１２३ १२३ ٠٩ 𝟎𝟗'), '123 123 09 09');
});

test('whatever is typed, the importer takes it and every word arrives', async () => {
  const cell = fc.string({ unit: fc.oneof(fc.constantFrom('\ud800', '\uffff', '\0', '"', '\\', '<', ']]>', '\u202e', '\n', 'é'), fc.string({ minLength: 1, maxLength: 3 })), minLength: 1, maxLength: 12 });
  await fc.assert(fc.asyncProperty(cell, cell, cell, async (name, reaction, notes) => {
    const value = typed({ notes }, { allergies: [{ name, reaction }] });
    if (errorsIn(value, NOW).length) return;
    const { medical } = await facts(value);
    const line = (text) => text.toWellFormed().replace(/[\ufffe\uffff]/gu, '\ufffd').replace(/\s+/gu, ' ').trim();
    assert.equal(medical.facts.find(({ kind }) => kind === 'allergy').name, line(name));
  }), { numRuns: 60 });
});

test('JSON is JSON', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => { assert.deepEqual(JSON.parse(writeJson(value)), JSON.parse(JSON.stringify(value))); }));
});
