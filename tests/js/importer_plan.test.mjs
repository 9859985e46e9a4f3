/** The plan of a file: what can be moved, and what follows when it is. */

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';

import { importRecord } from '../../static/js/importer/index.js';
import { nameOf } from '../../static/js/importer/names.js';
import { ImportRefused, prepare } from '../../static/js/importer/plan.js';
import { NOWHERE } from '../../static/js/importer/units.js';
import { sentenceOf, spoken } from '../../static/js/importer/words.js';
import { read } from '../../static/js/reader/index.js';
import { bundle, ccda, held, octets, readAll, sample, section } from './importer_support.mjs';

const PREPARED = ['ccda_ccd_hl7_medium.xml', 'ccda_ccd_practicefusion.xml', 'ips_nl_core.json', 'fhir_r4_synthea_small.json', 'bluebutton2_eob_small.json'];
const plan = (input) => prepare(octets(typeof input === 'string' ? input : JSON.stringify(input)));
const moved = (...pairs) => ({ moves: new Map(pairs) });

/** Every source of a result, as a multiset of its text. */
const sourcesOf = (result) => Object.values(readAll(result)).flatMap(({ sources }) => sources)
  .filter(({ role, copy }) => role === 'record' && !copy).map(({ type, resourceId, element }) => `${type ?? element}/${resourceId ?? ''}`).sort();

for (const name of PREPARED) {
  test(`${name}: without moves the plan gives what the import gives`, async () => {
    const made = await prepare(sample(name));
    const { notices, ...result } = made.result();
    const imported = await importRecord(sample(name));
    assert.deepEqual(result, { partitions: imported.partitions, attachments: imported.attachments, counts: imported.counts });
    assert.deepEqual(notices.map(sentenceOf), imported.warnings);
    assert.deepEqual(made.outline().counts, imported.counts);
  });

  test(`${name}: whatever is moved, nothing is lost, and moving back leaves no trace`, async () => {
    const made = await prepare(sample(name));
    const before = made.result();
    const units = made.units.filter(({ role }) => role === 'record');
    const all = made.result({ moves: new Map(units.map(({ id }, index) => [id, ['insurance', 'own-part', 'personal'][index % 3]])) });
    assert.deepEqual(sourcesOf(all), sourcesOf(before));
    const back = made.result({ moves: new Map(units.map(({ id, partition }) => [id, partition])) });
    assert.deepEqual(back.partitions, before.partitions);
  });

  test(`${name}: every unit can be shown, and is data alone`, async () => {
    const { units } = await prepare(sample(name));
    assert.deepEqual(structuredClone(units), units);
    assert.equal(new Set(units.map(({ id }) => id)).size, units.length);
    for (const unit of units) assert.ok(unit.title || ['patient', 'contact', 'relative', 'consent', 'coverage', 'claim', 'document'].includes(unit.kind), JSON.stringify(unit));
  });
}

const PATIENT = { resourceType: 'Patient', id: 'p', name: [{ family: 'Quill', given: ['Ada'] }] };
const DOSE = { resourceType: 'MedicationRequest', id: 'm', status: 'active', requester: { reference: 'Practitioner/d' },
  medicationCodeableConcept: { coding: [{ display: 'Apixaban 5 mg' }] }, dosageInstruction: [{ text: 'Twice a day' }] };
const ALLERGY = { resourceType: 'AllergyIntolerance', id: 'a', code: { text: 'Penicillin' } };

test('a unit has the words of the file', async () => {
  const { units } = await plan(bundle(PATIENT, DOSE));
  assert.equal(units[0].text, 'Ada Quill');
  assert.deepEqual([units[1].title, units[1].text, units[1].status, units[1].partition], ['Apixaban 5 mg', 'Twice a day', 'active', 'prescription']);
});

test('what a resource refers to follows it', async () => {
  const made = await plan(bundle(PATIENT, DOSE, { resourceType: 'Practitioner', id: 'd' }));
  assert.deepEqual(held(readAll(made.result()).prescription, 'supporting'), ['Practitioner/d']);
  const after = readAll(made.result(moved(['u2', 'medical'])));
  assert.equal(after.prescription, undefined);
  assert.deepEqual(held(after.medical, 'supporting'), ['Practitioner/d']);
});

test('safety copies stay where they are until they are turned off', async () => {
  const made = await plan(bundle(PATIENT, ALLERGY));
  const away = readAll(made.result(moved(['u2', 'personal'])));
  assert.deepEqual(held(away.personal, 'record'), ['Patient/p', 'AllergyIntolerance/a']);
  assert.deepEqual(held(away.prescription, 'record'), ['AllergyIntolerance/a']);
  const onto = readAll(made.result(moved(['u2', 'prescription'])));
  assert.deepEqual(onto.prescription.sources.map(({ copy }) => copy), [undefined]);
  assert.equal(readAll(made.result({ copies: false })).prescription, undefined);
});

test('a name is found anew after each move, and says in which units', async () => {
  const note = (id, text) => ({ resourceType: 'Observation', id, code: { text: id }, valueString: text });
  const made = await plan(bundle(PATIENT, note('n1', 'Mrs Quill feels well'), note('n2', 'well')));
  const [notice] = made.outline().notices;
  assert.deepEqual([notice.code, notice.params.partition, notice.params.units], ['names-patient', 'medical', ['u2']]);
  assert.deepEqual(made.outline(moved(['u2', 'personal'])).notices, []);
  assert.equal(made.outline(moved(['u2', 'insurance'])).notices[0].params.partition, 'insurance');
});

test('a section that SeSPHR does not know is named until its owner decides', async () => {
  const made = await plan(ccda([section('99999-9'), section('11450-4')]));
  const [notice] = made.outline().notices;
  assert.deepEqual([notice.code, notice.params.units.length], ['unknown-section', 1]);
  const [unit] = notice.params.units;
  assert.deepEqual(made.outline(moved([unit, 'medical'])).notices, []);
});

test('the rest of the header stays with the patient', async () => {
  const header = '<languageCode code="en"/><participant typeCode="IND"><associatedEntity><associatedPerson><name>May</name></associatedPerson></associatedEntity></participant>';
  const made = await plan(ccda([section('11450-4')], { header }));
  const [patient, contact] = made.units;
  assert.deepEqual([patient.kind, contact.kind, contact.text], ['patient', 'contact', 'May']);
  const read = readAll(made.result(moved([patient.id, 'insurance'])));
  assert.deepEqual(Object.keys(read), ['medical', 'insurance']);
  assert.ok(read.insurance.sources.some(({ element, role }) => element === 'languageCode' && role === 'header'));
  const apart = readAll(made.result(moved([contact.id, 'insurance'])));
  assert.deepEqual(apart.insurance.sources.map(({ element, role }) => [element, role]), [['participant', 'record']]);
});

test('a move of nothing, or to nowhere, is a mistake of the caller', async () => {
  const made = await plan(bundle(PATIENT));
  for (const pair of [['u9', 'medical'], ['u1', 'original'], ['u1', 'Not A Part']]) assert.throws(() => made.result(moved(pair)), RangeError);
});

test('every refusal has its words', async () => {
  const folder = new URL('../samples/hostile/', import.meta.url);
  for (const name of readdirSync(folder)) {
    await assert.rejects(prepare(sample(`hostile/${name}`)), (error) => {
      assert.ok(error instanceof ImportRefused && error.message === error.code);
      assert.match(spoken(error).message, /^[A-Z].+\. .+\.$/s);
      assert.doesNotMatch(spoken(error).message, /%\(|(: |\()undefined\b(?! entity)/);
      return true;
    });
  }
});

test('reading stops when it is asked to', async () => {
  const controller = new AbortController();
  const reading = prepare(sample('ccda_atospulse_large.xml'), { signal: controller.signal, onProgress: () => controller.abort() });
  await assert.rejects(reading, { name: 'AbortError' });
});

for (const name of PREPARED) {
  test(`${name}: merged and left out, nothing else is lost, and the order of decisions leaves no trace`, async () => {
    const made = await prepare(sample(name));
    const before = made.result();
    const merged = made.result({ into: new Map([['insurance', 'own'], ['personal', 'medical'], ['own', 'medical'], ['prescription', 'medical']]) });
    assert.deepEqual(Object.keys(merged.partitions), ['medical']);
    assert.deepEqual(sourcesOf(merged), sourcesOf(before));
    const [first, second] = made.units.filter(({ role }) => role === 'record');
    const one = new Map([[first.id, 'b'], ...(second ? [[second.id, 'a']] : [])]);
    const other = new Map([...one].reverse());
    const into = [['a', 'b'], ['medical', 'insurance']];
    assert.deepEqual(made.result({ moves: one, into: new Map(into) }), made.result({ moves: other, into: new Map(into.toReversed()) }));
    const out = made.result({ moves: new Map([[first.id, NOWHERE]]) });
    assert.equal(sourcesOf(out).length, sourcesOf(before).length - 1);
    assert.deepEqual(made.result({ into: new Map(), moves: new Map() }).partitions, before.partitions);
  });
}

test('what an owner calls a partition stands inside it alone', async () => {
  const made = await plan(bundle(PATIENT, ALLERGY));
  const title = 'Herz & "Kreislauf" <1>';
  const { partitions } = made.result({ moves: new Map([['u2', 'part-1']]), names: new Map([['part-1', title], ['insurance', 'not there']]) });
  assert.deepEqual(Object.keys(partitions), ['personal', 'prescription', 'part-1']);
  assert.equal(read(partitions['part-1']).name, title);
  assert.equal(read(partitions.personal).name, undefined);
  assert.ok(!new TextDecoder().decode(partitions.personal).includes('Herz'));
});

test('names keep what can be seen', () => {
  assert.equal(nameOf('  My\n heart\u202e\u0000 '), 'My heart');
  assert.equal(nameOf('می\u200cخواهم'), 'می\u200cخواهم');
  assert.equal([...nameOf('\u{1f600}'.repeat(100))].length, 60);
  assert.equal(nameOf('\u200b\u2066'), '');
});

test('no circle of merges, no partition that cannot be, no name that cannot be seen', async () => {
  const made = await plan(bundle(PATIENT, ALLERGY));
  const bad = [
    { into: new Map([['medical', 'medical']]) }, { into: new Map([['a', 'b'], ['b', 'c'], ['c', 'a']]) }, { into: new Map([['medical', 'original']]) },
    { into: new Map([['Medical', 'personal']]) }, { into: new Map([[NOWHERE, 'personal']]) }, { moves: new Map([['u1', '']]) },
    { names: new Map([['medical', '']]) }, { names: new Map([['medical', 'a\nb']]) }, { names: new Map([['medical', 'x'.repeat(61)]]) },
  ];
  for (const choices of bad) assert.throws(() => made.result(choices), RangeError, JSON.stringify([...(choices.into ?? choices.moves ?? choices.names)]));
});

test('without the patient the rest of a header goes nowhere either', async () => {
  const made = await plan(ccda([section('11450-4')], { header: '<informant><relatedEntity classCode="PRS"/></informant>' }));
  const patient = made.units.find(({ kind }) => kind === 'patient');
  const { partitions, notices } = made.result({ moves: new Map(made.units.filter(({ partition }) => partition === 'personal').map(({ id }) => [id, NOWHERE])) });
  assert.ok(patient);
  assert.deepEqual(Object.keys(partitions), ['medical']);
  assert.deepEqual(notices.map(({ code }) => code), []);
});
