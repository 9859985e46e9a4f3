/** What an owner decides on Add a record: moves, warnings, answers and taking them back. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { prepare } from '../../static/js/importer/plan.js';
import { Draft } from '../../static/js/pages/add/draft.js';
import { NOWHERE, Parts } from '../../static/js/pages/add/parts.js';
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

const COVER = { resourceType: 'Coverage', id: 'c', payor: [{ display: 'Mutual' }] };
const DOSE = { resourceType: 'MedicationStatement', id: 'm', status: 'active', medicationCodeableConcept: { text: 'Apixaban' } };
const places = (draft) => draft.prepared.units.map((unit) => draft.partOf(unit));

test('parts are merged, and each merge is taken back by itself', async () => {
  const { draft, sort } = await drafted(bundle(PATIENT, note('n1', 'well'), COVER));
  const first = draft.parts.merge('insurance', 'medical');
  const second = draft.parts.merge('medical', 'personal');
  sort();
  assert.deepEqual(places(draft), ['personal', 'personal', 'personal']);
  assert.deepEqual(draft.parts.shown, ['personal', 'prescription']);
  assert.deepEqual(Object.keys(draft.outline.counts), ['personal']);
  draft.takeBack(first);
  assert.deepEqual(places(draft), ['personal', 'personal', 'insurance']);
  draft.takeBack(second);
  sort();
  assert.deepEqual(draft.choices.into, new Map());
  assert.deepEqual(places(draft), ['personal', 'medical', 'insurance']);
});

test('what is left out is in no part, with its copies, and the last item cannot be saved away', async () => {
  const { draft, sort } = await drafted(bundle(ALLERGY, DOSE));
  draft.move(['u1'], NOWHERE);
  sort();
  assert.deepEqual(draft.outline.counts, { prescription: { medication: 1 } });
  assert.deepEqual([draft.copiesIn('prescription'), draft.items, draft.isEmpty], [[], 1, false]);
  draft.parts.merge('prescription', NOWHERE);
  assert.equal(draft.isEmpty, true);
});

test('a part that is left out takes safety copies along, not the allergy', async () => {
  const { draft, sort } = await drafted(bundle(ALLERGY, DOSE));
  const change = draft.parts.merge('prescription', NOWHERE);
  sort();
  assert.deepEqual(draft.outline.counts, { medical: { allergy: 1 } });
  assert.deepEqual(draft.copiesIn('prescription'), []);
  draft.takeBack(change);
  sort();
  assert.deepEqual(draft.outline.counts, { medical: { allergy: 1 }, prescription: { allergy: 1, medication: 1 } });
});

test('an own part goes with all that was put there, and several items move as one', async () => {
  const { draft } = await drafted(bundle(note('n1', 'a'), note('n2', 'b'), COVER));
  const added = draft.parts.add('part-1', 'My heart');
  draft.move(['u1'], 'insurance');
  const several = draft.moveSeveral(['u1', 'u2'], 'part-1');
  draft.parts.merge('insurance', 'part-1');
  assert.deepEqual(places(draft), ['part-1', 'part-1', 'part-1']);
  assert.deepEqual(draft.parts.shown, ['personal', 'medical', 'prescription', 'part-1']);
  draft.takeBack(several);
  assert.deepEqual(places(draft), ['part-1', 'medical', 'part-1']);
  draft.takeBack(added);
  assert.deepEqual(places(draft), ['insurance', 'medical', 'insurance']);
  assert.deepEqual([draft.parts.changes, [...draft.parts.names], [...draft.parts.into]], [[], [], []]);
});

test('renaming keeps the last name alone, and the usual name is no change', async () => {
  const { draft } = await drafted(bundle(note('n1', 'a')));
  draft.parts.rename('medical', 'Heart');
  const change = draft.parts.rename('medical', 'My heart');
  assert.equal(draft.parts.changes.length, 1);
  assert.deepEqual(draft.parts.given(['medical']), [['medical', 'My heart']]);
  draft.takeBack(change);
  assert.deepEqual([...draft.parts.names], []);
  assert.equal(draft.parts.rename('medical', ''), null);
  const known = new Parts(new Map([['medical', 'Heart'], ['insurance', '']]));
  known.rename('medical', '');
  assert.deepEqual([...known.names], []);
  assert.deepEqual(known.given(['medical', 'insurance']), [['medical', '']]);
});

test('ids of own parts reveal nothing unless they are asked to, and are never taken twice', () => {
  const parts = new Parts();
  assert.deepEqual(parts.idsFor('Mein Herz: Größe & Æther'), { neutral: 'part-1', telling: 'mein-herz-grosse-aether' });
  assert.deepEqual(parts.idsFor('قلبي'), { neutral: 'part-1', telling: 'part-1' });
  assert.equal(parts.idsFor('Original').telling, 'original-2');
  assert.equal(parts.idsFor('Médical').telling, 'medical-2');
  parts.learn(['part-1', 'original', 'x'.repeat(32)]);
  assert.equal(parts.idsFor('').neutral, 'part-2');
  assert.equal(parts.idsFor('x'.repeat(50)).telling, `${'x'.repeat(30)}-2`);
  assert.equal(parts.known.has('original'), false);
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (name) => {
    for (const id of Object.values(parts.idsFor(name))) assert.match(id, /^[a-z0-9-]{1,32}$/);
  }));
});

test('a name in a merged part is one calm warning there, in an own part too', async () => {
  const named = Array.from({ length: 53 }, (_, n) => note(`n${n}`, n ? 'Mrs Quill' : 'well'));
  const { draft, sort } = await drafted(bundle(PATIENT, ...named, COVER));
  assert.deepEqual(draft.open().map(({ part, n, movable }) => [part, n, movable]), [['medical', 52, false]]);
  const change = draft.parts.merge('medical', 'insurance');
  sort();
  assert.deepEqual(draft.open().map(({ part, n, movable }) => [part, n, movable]), [['insurance', 52, false]]);
  draft.takeBack(change);
  draft.parts.add('part-1', 'Notes');
  draft.moveSeveral(['u3'], 'part-1');
  sort();
  assert.deepEqual(draft.open().map(({ part, n }) => [part, n]), [['medical', 51], ['part-1', 1]]);
});
