/** A planned file beside its owner's records, as the page's worker holds them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Again } from '../../static/js/importer/again.js';
import { prepare } from '../../static/js/importer/plan.js';
import { readPartition } from '../../static/js/reader/partition.js';
import { bundle, octets, sample } from './importer_support.mjs';

const PATIENT = { resourceType: 'Patient', id: 'p', name: [{ family: 'Quill' }] };
const problem = (name) => ({ resourceType: 'Condition', id: name, code: { text: name }, subject: { reference: 'Patient/p' } });
const planned = (...resources) => prepare(octets(JSON.stringify(bundle(PATIENT, ...resources))));
const recordOf = (record, plan, choices) => ({ record, parts: new Map(Object.entries(plan.result(choices).partitions)) });

test('the best of all batches is kept, and only it can be followed by a version', async () => {
  const plan = await planned(problem('Asthma'), problem('Gout'), problem('Anaemia'));
  const again = new Again(plan);
  assert.equal(again.compare([recordOf('other', await planned(problem('Migraine')))]), null);
  assert.equal(again.compare([recordOf('less', await planned(problem('Asthma')))]).record, 'less');
  const fit = again.compare([recordOf('more', await planned(problem('Asthma'), problem('Gout')))]);
  assert.deepEqual([fit.record, fit.suggestion, fit.outcome.same, fit.outcome.added], ['more', 'update', 3, { n: 1, units: [{ partition: 'medical', kind: 'problem', title: 'Anaemia' }] }]);
  assert.equal(again.compare([]).record, 'more');
  const { partitions } = plan.result();
  assert.throws(() => again.marked(partitions, { record: 'less', version: 2 }));
  const { medical } = again.marked(partitions, { record: 'more', version: 2 });
  assert.deepEqual(readPartition(medical).items.map(({ added }) => added), [undefined, undefined, 2]);
});

test('a record that is looked at again counts as it is now', async () => {
  const again = new Again(await planned(problem('Asthma'), problem('Gout')));
  assert.equal(again.compare([recordOf('one', await planned(problem('Asthma')))]).outcome.added.n, 1);
  assert.equal(again.compare([recordOf('one', await planned(problem('Asthma'), problem('Gout')))]).outcome.added.n, 0);
  assert.equal(again.compare([recordOf('one', await planned(problem('Migraine')))]), null);
});

for (const name of ['ccda_ccd_practicefusion.xml', 'ips_nl_core.json']) {
  test(`${name}: whatever the owner had moved, the same moves give what she had`, async () => {
    const plan = await prepare(sample(name));
    const units = plan.units.filter(({ role, type }) => role === 'record' && type !== 'recordTarget' && type !== 'Patient');
    const moves = new Map(units.filter((_, index) => index % 3 === 0).map(({ id, partition }) => [id, partition === 'medical' ? 'personal' : 'medical']));
    const again = new Again(plan);
    const fit = again.compare([recordOf('one', plan, { moves })]);
    assert.equal(fit.suggestion, 'skip');
    assert.deepEqual(new Map(fit.moves), moves);
  });
}

test('long lists are cut for the page, and their length is said', async () => {
  const many = Array.from({ length: 80 }, (_, index) => problem(`Problem ${index}`));
  const fit = new Again(await planned(problem('Asthma'), ...many)).compare([recordOf('one', await planned(problem('Asthma')))]);
  assert.deepEqual([fit.outcome.added.n, fit.outcome.added.units.length], [80, 50]);
});

test('a record that cannot be read is left out', async () => {
  const again = new Again(await planned(problem('Asthma')));
  assert.equal(again.compare([{ record: 'bad', parts: new Map([['medical', octets('<!DOCTYPE a><a/>')]]) }]), null);
});
