/** FHIR in XML: the same partitions, items, facts and refusals as the same record in JSON; the source stays XML. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FHIR, fhirValue } from '../../static/js/importer/fhir_xml.js';
import { readJson } from '../../static/js/importer/json.js';
import * as limits from '../../static/js/importer/limits.js';
import { read } from '../../static/js/reader/index.js';
import { people } from '../../static/js/reader/personal.js';
import { rawText, rawTitles, sections } from '../../static/js/reader/sections.js';
import { readTree, written } from '../../static/js/reader/tree.js';
import { resource, toXml } from './fhir_xml_support.mjs';
import { bundle, octets, readAll, refused, sample, take, text } from './importer_support.mjs';

const JSON_SAMPLES = ['bluebutton2_eob_small.json', 'fhir_r4_Consent-consent-example-Emergency.json', 'fhir_r4_Coverage-9876B1.json',
  'fhir_r4_synthea_medium.json', 'fhir_r4_synthea_small.json', 'ips_ig_bundle01.json', 'ips_nl_core.json', 'shc_bundle_usa.json'];

const inXml = (value) => take(`<?xml version="1.0"?>${resource(value)}`);
const entryOf = (inner) => `<Bundle xmlns="${FHIR}"><type value="collection"/>${inner}</Bundle>`;
const flag = '<entry><resource><Flag><id value="f"/></Flag></resource></entry>';

/** Without what is written otherwise in XML: a narrative is written anew, and its sources have no text. */
const bare = (value) => JSON.parse(JSON.stringify(value, (name, each) => (name === 'div' ? undefined : each)));

for (const name of JSON_SAMPLES) {
  test(`${name}: in XML it has the same values, partitions, items, warnings and facts`, async () => {
    const json = text(sample(name));
    const xml = toXml(json);
    assert.deepEqual(bare(fhirValue(readTree(xml), { xhtml: written })), bare(readJson(json).value));
    const [one, other] = [await take(json), await take(xml)];
    assert.equal(other.format, 'fhir-r4-xml');
    assert.deepEqual([other.counts, other.warnings, other.title], [one.counts, one.warnings, one.title]);
    const [plain, native] = [readAll(one), readAll(other)];
    for (const [part, bytes] of Object.entries(one.partitions)) {
      assert.deepEqual(native[part].items, plain[part].items);
      assert.deepEqual(native[part].sources.map(({ role, copy, element }) => [role, copy, element]), plain[part].sources.map(({ role, copy, type }) => [role, copy, type]));
      const [a, b] = [read(bytes, part), read(other.partitions[part], part)];
      assert.deepEqual(b.facts, a.facts);
      assert.deepEqual(people(b), people(a));
      assert.deepEqual(sections(b).map(({ title, kind }) => [title, kind]), sections(a).map(({ title, kind }) => [title, kind]));
      assert.ok(rawTitles(b).every((_, index) => rawText(b, index).length));
    }
  });
}

test('a real summary keeps every resource letter for letter, with its namespaces', async () => {
  const source = text(sample('ips_uk_nhsx.xml'));
  const partitions = Object.values((await take(source)).partitions).map(text);
  const found = [...source.matchAll(/<resource>\s*<(\w+)>([\s\S]*?)<\/\1>\s*<\/resource>/g)];
  assert.ok(found.length > 10);
  for (const [, type, inner] of found) assert.ok(partitions.some((each) => each.includes(`<${type} xmlns="${FHIR}">${inner}</${type}>`)), type);
  const personal = read(new TextEncoder().encode(partitions[0]), 'personal');
  assert.ok(people(personal)[0].details.some(({ field, value }) => field === 'name' && value === 'Horace SKELLY'));
});

test('numbers keep their characters, in items and facts', async () => {
  const result = await take(`<Observation xmlns="${FHIR}"><status value="final"/><code><text value="x"/></code><valueQuantity><value value="2.20"/><unit value="g"/></valueQuantity></Observation>`);
  assert.deepEqual(readAll(result).medical.items[0].value, { value: '2.20', unit: 'g' });
  assert.equal(read(result.partitions.medical).facts[0].value.value, '2.20');
});

test('a single resource, with any prefix, stands alone', async () => {
  const result = await take(`<f:Coverage xmlns:f="${FHIR}" xmlns:u="urn:unused"><f:id value="c"/><f:status value="active"/></f:Coverage>`);
  assert.deepEqual(Object.keys(result.partitions), ['insurance']);
  assert.ok(text(result.partitions.insurance).includes(`<f:Coverage xmlns="" xmlns:f="${FHIR}" xmlns:u="urn:unused"><f:id`));
  assert.equal(read(result.partitions.insurance).facts[0].status, 'active');
});

test('entries, full URLs and references work as in JSON', async () => {
  const result = await take(entryOf('<entry><fullUrl value="urn:uuid:1"/><resource><Flag><author><reference value="urn:uuid:2"/></author></Flag></resource>'
    + '<request><method value="POST"/><url value="Flag"/></request></entry>'
    + '<entry><fullUrl value="urn:uuid:2"/><resource><Practitioner><id value="d"/></Practitioner></resource></entry><entry/>'
    + '<entry><resource><Organization><id value="alone"/></Organization></resource></entry>'));
  const medical = text(result.partitions.medical);
  assert.ok(medical.includes(`<entry fullUrl="urn:uuid:1"><request xmlns="${FHIR}"><method value="POST"/><url value="Flag"/></request></entry>`));
  assert.deepEqual(readAll(result).medical.sources.map(({ role, element }) => [role, element]),
    [['record', 'Flag'], ['envelope', 'Bundle'], ['supporting', 'Practitioner']]);
  assert.equal(read(result.partitions.medical).sources[2].resource.fullUrl, 'urn:uuid:2');
  assert.deepEqual(result.warnings.map((each) => each.slice(0, 14)), ['1 Organization', '1 entries of t']);
});

test('what a Bundle and Parameters say themselves is kept once, without what they hold', async () => {
  const result = await take(`<Parameters xmlns="${FHIR}"><parameter><name value="a"/><part><name value="b"/><resource>${
    entryOf(`<!--b-->${flag}<!--between-->${flag}<link><relation value="self"/><url value="http://x/"/></link>`).replace(` xmlns="${FHIR}"`, '')
  }</resource></part></parameter><parameter><name value="s"/><resource><Claim><id value="c"/></Claim></resource></parameter></Parameters>`);
  const medical = text(result.partitions.medical);
  assert.ok(medical.includes(`<Bundle xmlns="${FHIR}"><type value="collection"/><!--b--><link>`), medical);
  assert.ok(medical.includes(`<Parameters xmlns="${FHIR}"><parameter><name value="a"/><part><name value="b"/><resource></resource></part></parameter><parameter><name value="s"/><resource></resource></parameter></Parameters>`));
  assert.ok(!medical.includes('Claim') && !text(result.partitions.insurance).includes('Bundle') && !medical.includes('between'));
  assert.equal(result.counts.medical.other, 2);
});

test('contained resources, extensions of primitives and narratives are read', () => {
  const json = '{"resourceType":"Observation","contained":[{"resourceType":"Practitioner","id":"p","name":[{"given":["A",null],"_given":[null,{"extension":[{"url":"u","valueInteger":3}]}]}]}],'
    + '"text":{"status":"generated","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\">a <b class=\\"x\\">&lt;b</b></div>"},"status":"final","_status":{"id":"s","extension":[{"url":"u","valueBoolean":true}]}}';
  assert.deepEqual(fhirValue(readTree(toXml(json)), { xhtml: written }), readJson(json).value);
});

test('names that would change the object are no members', () => {
  const value = fhirValue(readTree(`<Flag xmlns="${FHIR}"><__proto__ value="x"/><resourceType value="Claim"/><constructor value="y"/></Flag>`));
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
  assert.deepEqual([value.resourceType, Object.keys(value)], ['Flag', ['resourceType', 'constructor']]);
});

test('other versions of FHIR are refused by their shape', async () => {
  const of = (type, inner) => `<${type} xmlns="${FHIR}">${inner}</${type}>`;
  const old = [of('MedicationOrder', ''), of('Condition', '<clinicalStatus value="active"/>'), of('Immunization', '<notGiven value="false"/>'), of('Patient', '<careProvider><reference value="x"/></careProvider>'),
    of('Observation', '<related><target/></related>'), of('Encounter', '<class><coding><code value="AMB"/></coding></class>'), of('MedicationRequest', '<medication><concept/></medication>'),
    of('Patient', '<animal><species/></animal>'), of('Encounter', '<class value="inpatient"/>')];
  for (const each of old) await refused(each, 'fhir-version');
  assert.deepEqual((await take(of('Encounter', '<class><code value="AMB"/></class>'))).counts, { medical: { encounter: 1 } });
  await refused(of('Horoscope', ''), 'nothing');
  await refused(of('Practitioner', ''), 'nothing');
  await refused(`<Patient xmlns="${FHIR}/other"/>`, 'xml-kind');
});

test('a resource of another namespace or none is told, never read', async () => {
  const { warnings } = await take(entryOf(`${flag}<entry><resource><Flag xmlns="urn:other"/></resource></entry><entry><resource/></entry>`));
  assert.deepEqual(warnings.map((each) => each.slice(0, 9)), ['1 entries', '1 entries']);
});

test('processing instructions inside are dropped and told', async () => {
  const result = await take(entryOf('<?a?><entry><?b?><resource><Flag><?c?><id value="f"/></Flag></resource></entry>'));
  readAll(result);
  assert.ok(text(result.partitions.medical).includes('<source id="s1" role="record" partial="true"><Flag'));
  assert.deepEqual(result.warnings, ['2 processing instructions were left out of the partitions; they are in the original file.']);
});

test('limits hold: depth, resources, elements, size, entities, prefixes, namespaces, encodings', async () => {
  const deep = (depth) => `<Flag xmlns="${FHIR}">${'<a>'.repeat(depth - 1)}${'</a>'.repeat(depth - 1)}</Flag>`;
  assert.equal(readAll(await take(deep(limits.MAX_FHIR_XML_DEPTH))).medical.depth, limits.MAX_PARTITION_DEPTH);
  await refused(deep(limits.MAX_FHIR_XML_DEPTH + 1), 'depth');
  await refused(entryOf('<entry><resource><Flag/></resource></entry>'.repeat(limits.MAX_ITEMS + 1)), 'items');
  await refused(entryOf('<a/>'.repeat(limits.MAX_XML_ELEMENTS)), 'size');
  await refused(entryOf(`<entry><resource><Flag><x value="${'x'.repeat(limits.MAX_OUTPUT_OCTETS)}"/></Flag></resource></entry>`), 'size');
  await refused(`<!DOCTYPE Bundle [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Bundle xmlns="${FHIR}"><id value="&b;"/></Bundle>`, 'doctype');
  await refused(`<!DOCTYPE Bundle SYSTEM "http://evil.example/x.dtd"><Bundle xmlns="${FHIR}"/>`, 'doctype');
  await refused(`<Bundle xmlns="${FHIR}"><id value="&nbsp;"/></Bundle>`, 'xml');
  await refused(`<Patient xmlns="${FHIR}"><p:id value="x"/></Patient>`, 'xml');
  await refused(`<Patient xmlns="${FHIR}" xmlns:x="not a uri"/>`, 'namespace');
  await refused(new Uint8Array([...octets(`<Patient xmlns="${FHIR}"><id value="`), 0xff, ...octets('"/></Patient>')]), 'encoding');
  await refused(`<?xml version="1.0" encoding="UTF-7"?><Patient xmlns="${FHIR}"/>`, 'encoding');
  await refused(`<Patient xmlns="${FHIR}"><id value="x"/>`, 'xml');
});

test('hostile text stays text', async () => {
  const evil = '</Flag></source></partition><x a="1">]]>';
  const result = await inXml(bundle({ resourceType: 'Flag', id: evil, code: { text: evil } }));
  const [{ element }] = readAll(result).medical.sources;
  assert.equal(element, 'Flag');
  assert.equal(read(result.partitions.medical).facts[0].name, evil);
});

test('a family name is found in XML too', async () => {
  const { warnings } = await inXml(bundle({ resourceType: 'Patient', name: [{ family: 'Quill' }] }, { resourceType: 'Flag', code: { text: 'seen by Ms QUILL' } }));
  assert.ok(warnings[0].startsWith("The patient's family name occurs in 1 of 1 sources of the medical"));
});
