/** What items repeat of a measurement: its range, how it was judged, who did it; and whose names they never repeat. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { read } from '../../static/js/reader/index.js';
import { readPartition as model } from '../../static/js/reader/partition.js';
import { bundle, ccda, octets, section, take, text } from './importer_support.mjs';

const itemOf = async (input, part = 'medical') => model((await take(input)).partitions[part]).items[0];
const observation = (more) => ({ resourceType: 'Observation', status: 'final', code: { text: 'x' }, ...more });

test('FHIR: range, flag and performer, numbers as they stood', async () => {
  const json = '{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":11.20,"unit":"g/dL"},'
    + '"interpretation":[{"coding":[{"system":"urn:i","code":"L","display":"Low"}]}],"performer":[{"display":"Dr. Bo Finch"}],'
    + '"referenceRange":[{"type":{"text":"treatment"},"low":{"value":1}},{"low":{"value":12.0,"unit":"g/dL"},"high":{"value":15.50,"unit":"g/dL"},"text":"adults"}]}';
  const item = await itemOf(json);
  assert.deepEqual(item.range, { low: '12.0', high: '15.50', unit: 'g/dL', text: 'adults' });
  assert.deepEqual(item.flag, { system: 'urn:i', value: 'L', display: 'Low' });
  assert.deepEqual([item.value.value, item.performer], ['11.20', 'Dr. Bo Finch']);
});

test('FHIR: components have their own range and flag', async () => {
  const component = [{ code: { text: 'a' }, valueQuantity: { value: 1 }, interpretation: [{ coding: [{ code: 'H' }] }], referenceRange: [{ text: 'below 1' }] }, { code: { text: 'b' } }];
  const { components } = await itemOf(observation({ component }));
  assert.deepEqual([components[0].range.text, components[0].flag.value, components[1].range, components[1].flag], ['below 1', 'H', undefined, undefined]);
});

test('FHIR: ranges and ratios are values', async () => {
  const quantity = (value) => ({ value, unit: 'mg' });
  const valueOf = async (value) => (await itemOf(observation(value))).value;
  assert.deepEqual({ ...await valueOf({ valueRange: { low: quantity(1), high: quantity(2) } }) }, { value: '1–2', unit: 'mg', comparator: undefined, code: undefined });
  assert.deepEqual({ ...await valueOf({ valueRange: { high: quantity(2) } }) }, { value: '2', unit: 'mg', comparator: '<=', code: undefined });
  assert.equal((await valueOf({ valueRatio: { numerator: { value: 1 }, denominator: { value: 128 } } })).value, '1:128');
  assert.equal(await valueOf({ valueRange: {} }), undefined);
});

test('FHIR: who did it is found through references, but never a name of another partition', async () => {
  const named = async (performer) => (await itemOf(bundle(
    observation({ performer: [performer] }), { resourceType: 'Patient', id: 'p', name: [{ family: 'Quill' }] },
    { resourceType: 'RelatedPerson', id: 'r', name: [{ text: 'Bess Quill' }] }, { resourceType: 'PractitionerRole', id: 'pr', practitioner: { reference: 'Practitioner/d' } },
    { resourceType: 'Practitioner', id: 'd', name: [{ prefix: ['Dr.'], given: ['Bo'], family: 'Finch' }] }, { resourceType: 'Organization', id: 'o', name: 'Harbour' },
  ))).performer;
  assert.equal(await named({ reference: 'Practitioner/d' }), 'Dr. Bo Finch');
  assert.equal(await named({ reference: 'PractitionerRole/pr' }), 'Dr. Bo Finch');
  assert.equal(await named({ reference: 'Organization/o' }), 'Harbour');
  for (const reference of ['Patient/p', 'RelatedPerson/r', 'Practitioner/none', '#x']) assert.equal(await named({ reference }), undefined, reference);
});

test('FHIR: what is of another form is left out', async () => {
  for (const odd of [{ referenceRange: 'x' }, { referenceRange: [{ low: 7 }] }, { interpretation: 'H' }, { performer: 'x' }, { performer: [7, null] }, { performer: { actor: 'x' } }]) {
    const { range, flag, performer } = await itemOf(observation(odd));
    assert.deepEqual([range, flag, performer], [undefined, undefined, undefined], JSON.stringify(odd));
  }
});

test('C-CDA: range, flag and performer', async () => {
  const entry = '<entry><observation><code code="1"/><value xsi:type="PQ" value="11.20" unit="g/dL"/><interpretationCode code="L" codeSystem="2.16.840.1.113883.5.83" displayName="Low"/>'
    + '<performer><assignedEntity><assignedPerson><name><given>Bo</given> <family>Finch</family></name></assignedPerson><representedOrganization><name>Harbour</name></representedOrganization></assignedEntity></performer>'
    + '<referenceRange><observationRange><text>12.0 - 15.5</text><value xsi:type="IVL_PQ"><low value="12.0" unit="g/dL"/><high value="15.50" unit="g/dL"/></value></observationRange></referenceRange></observation></entry>';
  const item = await itemOf(ccda([section('30954-2', entry)]));
  assert.deepEqual(item.range, { low: '12.0', high: '15.50', unit: 'g/dL', text: '12.0 - 15.5' });
  assert.deepEqual(item.flag, { system: 'urn:oid:2.16.840.1.113883.5.83', value: 'L', display: 'Low' });
  assert.equal(item.performer, 'Bo Finch');
});

test('C-CDA: a device is called by its own code, and what has no words by its code', async () => {
  const supply = '<entry><supply><participant><participantRole><playingDevice><code code="87405001" codeSystem="2.16.840.1.113883.6.96" displayName="Cane"/></playingDevice></participantRole></participant></supply></entry>';
  const coded = '<entry><observation><code code="72166-2" codeSystem="2.16.840.1.113883.6.1"/></observation></entry>';
  const { items, facts } = read((await take(ccda([section('46264-8', supply + coded)]))).partitions.medical);
  assert.deepEqual([items[0].code.display, facts[0].name], ['Cane', 'Cane']);
  assert.deepEqual([items[1].code.value, facts[1].name], ['72166-2', '72166-2']);
});

test('a partition of an earlier importer, without any of these, is read as before', () => {
  const old = '<partition xmlns="urn:sesphr:phr:1" id="medical" version="1"><origin format="other"/><item id="i1" kind="result" source="s1"><code value="1"/><value value="3"/></item>'
    + '<source id="s1" role="record"><x xmlns="urn:x"/></source></partition>';
  const { items, facts } = read(octets(old));
  assert.deepEqual([items[0].range, items[0].flag, items[0].performer], [undefined, undefined, undefined]);
  assert.deepEqual([facts[0].value.value, facts[0].flag, facts[0].who], ['3', undefined, undefined]);
});

test('a source that the reader does not know is shown by its items, flags included', () => {
  const written = '<partition xmlns="urn:sesphr:phr:1" id="medical" version="1"><origin format="other"/><item id="i1" kind="result" source="s1"><code value="1"/><value value="3" unit="g"/>'
    + '<range low="4" unit="g"/><performer name="Harbour"/></item><item id="i2" kind="result" source="s1"><value value="3"/><flag value="HH"/></item><source id="s1" role="record"><x xmlns="urn:x"/></source></partition>';
  assert.deepEqual(read(octets(written)).facts.map(({ flag, who }) => [flag, who]), [['low', 'Harbour'], ['critical-high', undefined]]);
});

test('hostile words stay words', async () => {
  const evil = '"/></item><item id="i9" kind="other" source="s1"/>';
  const result = await take(observation({ performer: [{ display: evil }], interpretation: [{ text: evil }], referenceRange: [{ text: evil }] }));
  const [item, ...more] = model(result.partitions.medical).items;
  assert.deepEqual([item.performer, item.flag.display, item.range.text, more.length], [evil, evil, evil, 0]);
  assert.ok(!text(result.partitions.medical).includes(evil));
});

test('FHIR: resources without a code are called by what they say, by item and by fact alike', async () => {
  const cases = [
    [{ resourceType: 'Goal', description: { text: 'Walk daily' } }, 'Walk daily'],
    [{ resourceType: 'Appointment', serviceType: [{ coding: [{ code: '11', display: 'Physiotherapy' }] }], description: 'x' }, 'Physiotherapy'],
    [{ resourceType: 'FamilyMemberHistory', relationship: { text: 'Father' } }, 'Father'],
    [{ resourceType: 'ImagingStudy', modality: [{ code: 'CT', display: 'Computed tomography' }] }, 'Computed tomography'],
    [{ resourceType: 'RiskAssessment', prediction: [{ outcome: { text: 'Stroke' } }] }, 'Stroke'],
    [{ resourceType: 'DeviceUseStatement', device: { display: 'Insulin pump' } }, 'Insulin pump'],
    [{ resourceType: 'CarePlan', title: 'Plan A', category: [{ text: 'x' }] }, 'Plan A'],
    [{ resourceType: 'ClinicalImpression', description: 'y'.repeat(900) }, 'y'.repeat(200)],
    [{ resourceType: 'Goal', description: [[7]], title: {}, name: ' ' }, undefined],
  ];
  for (const [value, name] of cases) {
    const { items, facts } = read((await take(value)).partitions.medical);
    assert.deepEqual([items[0].code?.display, facts[0].name], [name, name], value.resourceType);
  }
});
