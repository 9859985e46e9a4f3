/** What an owner decides on Add a record: moves, warnings, answers and taking them back. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { prepare } from '../../static/js/importer/plan.js';
import { Draft } from '../../static/js/pages/add/draft.js';
import { bundle, ccda, octets, section } from './importer_support.mjs';

const PATIENT = { resourceType: 'Patient', id: 'p', name: [{ family: 'Quill', given: ['Ada'] }] };
const note = (id, text) => ({ resourceType: 'Observation', id, code: { text: id }, valueString: text });
const ALLERGY = { resourceType: 'AllergyIntolerance', id: 'a', code: { text: 'Penicillin' } };

/** A draft, and what the page does after each change. */
async function drafted(input) {
  const plan = await prepare(octets(typeof input === 'string' ? input : JSON.stringify(input)));
  const { format, title, units } = plan;
  const draft = new Draft({ name: 'f', size: 1, type: '' }, { format, title, units, outline: plan.outline() });
  return { draft, sort: () => { draft.outline = plan.outline(draft.choices); } };
}

test('a name in few items can be moved away, and the answer taken back', async () => {
  const { draft, sort } = await drafted(bundle(PATIENT, note('n1', 'Mrs Quill feels well'), note('n2', 'well')));
  const [one] = draft.open();
  assert.deepEqual([one.kind, one.part, one.units, one.movable], ['name', 'medical', ['u2'], true]);
  assert.deepEqual([...draft.flagged()], ['u2']);
  draft.moveAll(one, 'personal');
  sort();
  assert.deepEqual(draft.open(), []);
  assert.deepEqual(draft.unitsIn('personal').map(({ id }) => id), ['u2', 'u1']);
  draft.undo(one.key);
  sort();
  assert.equal(draft.moves.size, 0);
  assert.equal(draft.open().length, 1);
});

test('taking an answer back keeps moves that were made otherwise', async () => {
  const { draft, sort } = await drafted(bundle(PATIENT, note('n1', 'Quill'), note('n2', 'well'), note('n3', 'well')));
  draft.move(['u3'], 'insurance');
  sort();
  const [one] = draft.open();
  draft.moveAll(one, 'personal');
  draft.move(['u4'], 'insurance');
  draft.undo(one.key);
  assert.deepEqual([...draft.moves], [['u3', 'insurance'], ['u4', 'insurance']]);
});

test('a name in most of a part is said, but moving it all is not offered', async () => {
  const { draft } = await drafted(bundle(PATIENT, note('n1', 'Quill'), note('n2', 'Quill')));
  const [one] = draft.open();
  assert.equal(one.movable, false);
  assert.equal(draft.flagged().size, 0);
});

test('a warning that was answered opens again when it grows', async () => {
  const { draft, sort } = await drafted(bundle(PATIENT, note('n1', 'Quill'), note('n2', 'well'), { resourceType: 'Coverage', id: 'c', payor: [{ display: 'Quill Mutual' }] }));
  for (const one of draft.open()) draft.leave(one);
  assert.deepEqual(draft.open(), []);
  draft.move(['u4'], 'medical');
  sort();
  assert.deepEqual(draft.open().map(({ key }) => key), ['name medical']);
});

test('safety copies are counted where they stand', async () => {
  const { draft } = await drafted(bundle(PATIENT, ALLERGY));
  assert.deepEqual(draft.copiesIn('prescription').map(({ id }) => id), ['u2']);
  assert.equal(draft.count('prescription'), 1);
  draft.move(['u2'], 'prescription');
  assert.deepEqual(draft.copiesIn('prescription'), []);
  draft.move(['u2'], 'medical');
  assert.equal(draft.moves.size, 0);
  draft.copies = false;
  assert.equal(draft.count('prescription'), 0);
});

test('unknown sections and several patients want an answer', async () => {
  const patient = '<recordTarget><patientRole><patient><name><family>Quill</family></name></patient></patientRole></recordTarget>';
  const { draft } = await drafted(ccda([section('99999-9'), section('99998-9'), section('11450-4')], { patient: patient + patient }));
  assert.deepEqual(draft.open().map(({ kind, n }) => [kind, n]), [['unknown', 2], ['patients', 2]]);
  draft.leave(draft.open()[0]);
  assert.deepEqual(draft.open().map(({ kind }) => kind), ['patients']);
});
