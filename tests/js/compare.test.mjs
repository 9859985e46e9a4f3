/** The same record again: what is the same, changed, new and gone, and which version each thing came with. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { best, Comparison, isIdentical, suggestion } from '../../static/js/importer/compare.js';
import { numeral } from '../../static/js/importer/compare_content.js';
import { mark } from '../../static/js/importer/mark.js';
import { read } from '../../static/js/reader/index.js';
import { readPartition } from '../../static/js/reader/partition.js';
import { bundle, ccda, octets, readAll, sample, section, take, text } from './importer_support.mjs';

const models = ({ partitions }) => Object.entries(partitions).map(([name, each]) => readPartition(each, name));
const compared = async (now, was) => new Comparison(models(await take(now)), models(await take(was)));
const outcome = async (now, was) => (await compared(now, was)).outcome;
const counts = ({ same, changed, added, gone }) => [same, changed.length, added.length, gone.length];

const PATIENT = { resourceType: 'Patient', id: 'p', name: [{ family: 'Quill', given: ['Ada'] }] };
const lab = (id, value, more = {}) => ({
  resourceType: 'Observation', id, status: 'final', subject: { reference: 'Patient/p' }, effectiveDateTime: '2026-03-01',
  code: { coding: [{ system: 'http://loinc.org', code: '718-7', display: 'Hemoglobin' }] }, valueQuantity: { value, unit: 'g/dL' }, ...more,
});
const dose = (id, name, more = {}) => ({
  resourceType: 'MedicationRequest', id, status: 'active', intent: 'order', subject: { reference: 'Patient/p' },
  authoredOn: '2026-01-01', medicationCodeableConcept: { coding: [{ display: name }] }, ...more,
});

for (const name of ['ccda_ccd_hl7_medium.xml', 'ccda_ccd_practicefusion.xml', 'ips_nl_core.json', 'fhir_r4_synthea_small.json', 'bluebutton2_eob_small.json']) {
  test(`${name}: against itself nothing differs, and not adding it is offered`, async () => {
    const found = await outcome(sample(name), sample(name));
    assert.deepEqual(counts(found).slice(1), [0, 0, 0]);
    assert.ok(isIdentical(found));
    assert.equal(suggestion(found), 'skip');
  });
}

test('a file whose entries and members stand in another order says the same', async () => {
  const one = bundle(PATIENT, lab('a', 13.2), lab('b', 14.1, { effectiveDateTime: '2026-04-01' }), dose('m', 'Apixaban'));
  const turned = (value) => (Array.isArray(value) ? value.map(turned) : value && typeof value === 'object'
    ? Object.fromEntries(Object.entries(value).reverse().map(([name, each]) => [name, turned(each)])) : value);
  const other = bundle(...one.entry.map(({ resource }) => turned(resource)).reverse());
  assert.deepEqual(counts(await outcome(other, one)), [4, 0, 0, 0]);
});

test('ids that were drawn anew make no difference, with identifiers and without', async () => {
  const make = (mark, value) => bundle(
    { ...PATIENT, id: `p${mark}` },
    lab(`a${mark}`, value, { subject: { reference: `Patient/p${mark}` }, identifier: [{ system: 'urn:lab', value: '17' }] }),
    lab(`b${mark}`, 14.1, { subject: { reference: `Patient/p${mark}` }, effectiveDateTime: '2026-04-01' }));
  assert.deepEqual(counts(await outcome(make('x', 13.2), make('y', 13.2))), [3, 0, 0, 0]);
  const corrected = await outcome(make('x', 13.9), make('y', 13.2));
  assert.deepEqual(counts(corrected), [2, 1, 0, 0]);
  assert.deepEqual(corrected.changed, [{ partition: 'medical', kind: 'result', title: 'Hemoglobin', date: '2026-03-01' }]);
  assert.equal(suggestion(corrected), 'update');
});

test('counted ids that moved on by one belong to other things', async () => {
  const was = bundle(PATIENT, lab('1', 10, { effectiveDateTime: '2026-01-01' }), lab('2', 11, { effectiveDateTime: '2026-02-01' }));
  const now = bundle(PATIENT, dose('1', 'Apixaban'), lab('2', 10, { effectiveDateTime: '2026-01-01' }), lab('3', 11, { effectiveDateTime: '2026-02-01' }));
  const found = await outcome(now, was);
  assert.deepEqual(counts(found), [3, 0, 1, 0]);
  assert.equal(found.added[0].title, 'Apixaban');
});

test('2.20 is written otherwise than 2.2, and is the same value; 2.02 is not', async () => {
  const written = (number) => JSON.stringify(bundle(PATIENT, lab('a', 0))).replace('"value":0', `"value":${number}`);
  assert.deepEqual(counts(await outcome(written('2.20'), written('2.2'))), [2, 0, 0, 0]);
  assert.deepEqual(counts(await outcome(written('2.02'), written('2.2'))), [1, 1, 0, 0]);
  const spelled = [['2.20', '2.2'], ['2.00', '2'], ['20', '20'], ['1.5e2', '150'], ['-0.10', '-0.1'], ['2.2.0', '2.2.0'], ['20100100', '20100100']];
  for (const [number, expected] of spelled) assert.equal(numeral(number), expected);
});

test('a status or a unit that changed is a change', async () => {
  const was = bundle(PATIENT, dose('m', 'Apixaban'), lab('a', 13.2));
  const now = bundle(PATIENT, dose('m', 'Apixaban', { status: 'stopped' }), lab('a', 13.2, { valueQuantity: { value: 13.2, unit: 'mmol/L' } }));
  assert.deepEqual(counts(await outcome(now, was)), [1, 2, 0, 0]);
});

test('what a server writes about a resource is not what the resource says', async () => {
  const now = lab('a', 13.2, { meta: { versionId: '9', lastUpdated: '2026-05-01T00:00:00Z' }, text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">new</div>' } });
  assert.deepEqual(counts(await outcome(bundle(PATIENT, now), bundle(PATIENT, lab('a', 13.2, { meta: { versionId: '1' } })))), [2, 0, 0, 0]);
});

test('two medicines that differ only in what they refer to are two', async () => {
  const drug = (id, name) => ({ resourceType: 'Medication', id, code: { coding: [{ display: name }] } });
  const taken = (id, ref) => ({ resourceType: 'MedicationStatement', id, status: 'active', subject: { reference: 'Patient/p' }, medicationReference: { reference: `Medication/${ref}` } });
  const was = bundle(PATIENT, drug('d1', 'Apixaban'), taken('t1', 'd1'));
  const now = bundle(PATIENT, drug('e1', 'Metformin'), drug('e2', 'Apixaban'), taken('u1', 'e1'), taken('u2', 'e2'));
  const compare = await compared(now, was);
  assert.deepEqual(counts(compare.outcome), [2, 0, 1, 0]);
  const [{ source }] = compare.added;
  const model = compare.file.find(({ partition }) => partition === 'prescription');
  assert.equal(model.sources.find(({ id }) => id === source).resource.id, 'u1');
});

test('things that say the same are counted, not merged', async () => {
  const twice = bundle(PATIENT, lab('a', 13.2), lab('b', 13.2));
  assert.deepEqual(counts(await outcome(twice, bundle(PATIENT, lab('a', 13.2)))), [2, 0, 1, 0]);
  assert.deepEqual(counts(await outcome(bundle(PATIENT, lab('a', 13.2)), twice)), [2, 0, 0, 1]);
});

test('thousands of equal things are compared in good time', async () => {
  const many = (n) => bundle(PATIENT, ...Array.from({ length: n }, (_, index) => lab(`same${index}`, 13.2)));
  const [now, was] = await Promise.all([many(4000), many(3999)].map(take));
  const start = performance.now();
  assert.deepEqual(counts(new Comparison(models(now), models(was)).outcome), [4000, 0, 1, 0]);
  assert.ok(performance.now() - start < 5000);
});

// C-CDA

const entry = (id, code, name, value, ref = '') => `<entry><observation classCode="OBS" moodCode="EVN">
  <id root="1.2.3" extension="${id}"/><code code="${code}" codeSystem="2.16.840.1.113883.6.1" displayName="${name}"/>${ref && `<text><reference value="#${ref}"/></text>`}
  <statusCode code="completed"/><effectiveTime value="20260301"/><value xsi:type="PQ" value="${value}" unit="g/dL"/></observation></entry>`;
const results = (entries, words = '') => section('30954-2', `<title>Results</title><text>${words}</text>${entries.join('')}`);
const document_ = (sections, { set = 'S1', number = 1, time = '20260301' } = {}) => ccda(sections, {
  header: `<id root="9.9" extension="${set}-${number}"/><effectiveTime value="${time}"/><setId root="9.8" extension="${set}"/><versionNumber value="${number}"/>`,
});

test('C-CDA: a later effectiveTime alone changes nothing; the set makes it the same document', async () => {
  const found = await outcome(document_([results([entry('a', '718-7', 'Hemoglobin', '13.2')])], { number: 2, time: '20260401' }),
    document_([results([entry('a', '718-7', 'Hemoglobin', '13.2')])]));
  assert.deepEqual(counts(found), [2, 0, 0, 0]);
  assert.deepEqual([found.document, found.older], [true, false]);
});

test('C-CDA: entries are told apart by their ids, references into the narrative by their words', async () => {
  const was = document_([results([entry('a', '718-7', 'Hemoglobin', '13.2', 'r1')], '<content ID="r1">Hemoglobin</content>')]);
  const now = document_([results([entry('b', '718-7', 'Hemoglobin', '12.9', 'r1'), entry('a', '718-7', 'Hemoglobin', '13.5', 'r2')],
    '<content ID="r1">new</content><content ID="r2">Hemoglobin</content>')], { number: 2 });
  const compare = await compared(now, was);
  assert.deepEqual(counts(compare.outcome), [1, 1, 1, 0]);
  assert.equal(compare.pairs.find(({ same }) => !same).now.item, 'i2');
});

test('C-CDA: a section in words alone is the same section with other words', async () => {
  const plan = (words) => document_([section('18776-5', `<title>Plan</title><text>${words}</text>`)]);
  assert.deepEqual(counts(await outcome(plan('Come back in May'), plan('Come back in April'))), [1, 1, 0, 0]);
});

test('an earlier version of a document is said to be one', async () => {
  const make = (number) => document_([results([entry('a', '718-7', 'Hemoglobin', `13.${number}`)])], { number });
  const found = await outcome(make(1), make(2));
  assert.equal(found.older, true);
  assert.equal(suggestion(found), 'separate');
});

// What is offered

test('another record of the same person is not offered as the same', async () => {
  const found = await outcome(bundle(PATIENT, dose('m', 'Apixaban')), bundle(PATIENT, lab('a', 13.2)));
  assert.equal(suggestion(found), null);
  assert.equal(best([{ outcome: found }]), null);
});

test('a part of what is there already adds nothing; a little of it is a record of its own', async () => {
  const was = bundle(PATIENT, ...['1', '2', '3', '4', '5'].map((day) => lab(`lab-${day}`, 10, { effectiveDateTime: `2026-01-0${day}` })));
  const day = (each) => lab(`lab-${each}`, 10, { effectiveDateTime: `2026-01-0${each}` });
  assert.equal(suggestion(await outcome(bundle(PATIENT, day(2)), was)), 'skip');
  assert.equal(suggestion(await outcome(bundle(PATIENT, day(2), dose('m', 'Apixaban')), was)), 'separate');
});

test('the record that has most in common is the one', async () => {
  const now = bundle(PATIENT, lab('a', 1, { effectiveDateTime: '2026-01-01' }), lab('b', 2, { effectiveDateTime: '2026-01-02' }), dose('m', 'Apixaban'));
  const less = await outcome(now, bundle(PATIENT, lab('a', 1, { effectiveDateTime: '2026-01-01' })));
  const more = await outcome(now, bundle(PATIENT, lab('a', 1, { effectiveDateTime: '2026-01-01' }), lab('b', 2, { effectiveDateTime: '2026-01-02' })));
  assert.equal(best([{ outcome: less }, { outcome: more }]).outcome, more);
});

test('a file that belongs to the record is told by its octets, whatever it is called', () => {
  const model = (display, sha256) => ({
    partition: 'medical', origin: {}, items: [{ id: 'i1', kind: 'document', source: 's1', negated: false, components: [], code: { display } }],
    sources: [{ id: 's1', role: 'record', copy: false, partial: false, attachment: { number: 1, name: display, type: 'application/pdf', size: 1, sha256 } }],
  });
  const found = (a, b) => counts(new Comparison([model(...a)], [model(...b)]).outcome);
  assert.deepEqual(found(['scan (2).pdf', 'aa'], ['scan.pdf', 'aa']), [1, 0, 0, 0]);
  assert.deepEqual(found(['scan.pdf', 'aa'], ['scan.pdf', 'bb']), [0, 1, 0, 0]);
  assert.deepEqual(found(['scan.pdf', 'aa'], ['other.pdf', 'bb']), [0, 0, 1, 1]);
});

test('an element of another kind, and a record without anything, compare as nothing', async () => {
  const now = models(await take(bundle(PATIENT, lab('a', 1))));
  for (const was of [[], [readPartition(octets('<note xmlns="urn:x">words</note>'), 'medical')]]) {
    const found = new Comparison(now, was).outcome;
    assert.deepEqual(counts(found), [0, 0, 2, 0]);
    assert.equal(suggestion(found), null);
  }
});

// Versions

/** The next version of a record, as a page or the command line writes it. */
async function next(file, record, version) {
  const result = await take(file);
  const marks = new Comparison(models(result), models({ partitions: record })).marks(version);
  return Object.fromEntries(Object.entries(result.partitions).map(([name, each]) => [name, mark(each, marks.get(name))]));
}

test('what came later says so, in every version after that, on the item, its source and its copy', async () => {
  const first = bundle(PATIENT, dose('m', 'Apixaban'));
  const allergy = { resourceType: 'AllergyIntolerance', id: 'al', patient: { reference: 'Patient/p' }, code: { text: 'Penicillin' } };
  const second = await next(bundle(allergy, dose('n', 'Metformin'), PATIENT, dose('m', 'Apixaban')), (await take(first)).partitions, 2);
  const third = await next(bundle(PATIENT, lab('a', 1), dose('m', 'Apixaban', { status: 'stopped' }), dose('n', 'Metformin'), allergy), second, 3);
  const told = ({ partition, items, sources }) => [partition, items.map((each) => [each.code?.display ?? '', each.added]), sources.filter(({ role }) => role === 'record').map((each) => each.added)];
  assert.deepEqual(models({ partitions: third }).map(told), [
    ['personal', [['', undefined]], [undefined]],
    ['medical', [['Hemoglobin', 3], ['Penicillin', 2]], [3, 2]],
    ['prescription', [['Apixaban', undefined], ['Metformin', 2], ['Penicillin', 2]], [undefined, 2, 2]],
  ]);
  readAll({ partitions: third });
});

test('marks change nothing of a source, however hostile', async () => {
  const hostile = results([entry('a', '718-7', 'Hemoglobin', '13.2')], 'x').replace('<title>', '<!-- <source id="s1"> --><item xmlns="urn:sesphr:phr:1" id="i1"/><title>');
  const made = await take(document_([hostile]));
  const plain = text(made.partitions.medical);
  const marked = text(mark(made.partitions.medical, { items: new Map([['i1', 2]]), sources: new Map([['s1', 2]]) }));
  assert.equal(marked.replace('<item added="2"', '<item').replace('<source added="2"', '<source'), plain);
  assert.equal(marked.match(/ added="2"/g).length, 2);
});

test('a fact tells the version in which it came', async () => {
  const was = document_([results([entry('a', '718-7', 'Hemoglobin', '13.2')])]);
  const now = document_([results([entry('a', '718-7', 'Hemoglobin', '13.2'), entry('b', '4548-4', 'HbA1c', '6.1')])], { number: 2 });
  const { medical } = await next(now, (await take(was)).partitions, 2);
  assert.deepEqual(read(medical).facts.map(({ name, added }) => [name, added]), [['Hemoglobin', undefined], ['HbA1c', 2]]);
});

test('what the owner had moved is where she put it', async () => {
  const { prepare } = await import('../../static/js/importer/plan.js');
  const plan = await prepare(octets(JSON.stringify(bundle(PATIENT, lab('a', 1), lab('b', 2, { effectiveDateTime: '2026-02-01' })))));
  const { id } = plan.units.find(({ date }) => date === '2026-02-01');
  const was = plan.result({ moves: new Map([[id, 'personal']]) });
  const compare = new Comparison(models(plan.result()), models(was));
  assert.deepEqual(compare.moves(), [{ partition: 'medical', source: 's2', to: 'personal' }]);
});
