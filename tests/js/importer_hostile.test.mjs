/** Files that must be refused, and limits that must hold: wrong, cut, hostile, huge. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

import * as limits from '../../static/js/importer/limits.js';
import { importRecord } from '../../static/js/importer/index.js';
import { bundle, ccda, octets, readAll, refused, section, take, text } from './importer_support.mjs';

const HOSTILE = new URL('../samples/hostile/', import.meta.url);

const KINDS = {
  'apple_health_doctype.xml': 'nothing', 'billion_laughs.xml': 'doctype', 'bulk.ndjson': 'json',
  'crossed_tags.xml': 'xml', 'dstu2_medication_order.json': 'fhir-version', 'duplicate_escaped_member.json': 'json',
  'duplicate_member.json': 'json', 'entry_no_list.json': 'fhir', 'external_dtd.xml': 'doctype',
  'forbidden_character.xml': 'xml', 'invalid_utf8.xml': 'encoding', 'lone_surrogate.json': 'json',
  'no_namespace.xml': 'cda-namespace', 'proto_member.json': 'json', 'r5_encounter.json': 'fhir-version',
  'relative_namespace.xml': 'namespace', 'says_utf16.xml': 'encoding', 'smart_health_card.json': 'shc',
  'stu3_condition.json': 'fhir-version', 'surrogate_octets.json': 'encoding', 'truncated.json': 'json',
  'truncated.xml': 'xml', 'twice_attribute.xml': 'xml', 'undeclared_entity.xml': 'xml',
  'undeclared_prefix.xml': 'xml', 'unknown_encoding.xml': 'encoding', 'web_page.xml': 'html', 'xml_1_1.xml': 'xml',
};

test('every hostile file has its refusal', () => {
  assert.deepEqual(readdirSync(HOSTILE).sort(), Object.keys(KINDS).sort());
});

for (const [name, kind] of Object.entries(KINDS)) {
  test(`${name} is refused as ${kind}`, () => refused(readFileSync(new URL(name, HOSTILE)), kind));
}

const STARTS = {
  pdf: '%PDF-1.7\n', png: '\x89PNG\r\n', jpeg: '\xff\xd8\xff\xe0', gif: 'GIF89a', gzip: '\x1f\x8b\x08', zip: 'PK\x03\x04',
  rtf: '{\\rtf1 x}', office: 'PK\x03\x04\x14\0\x06\0[Content_Types].xml', shlink: 'shlink:/eyJ1cmwiOiJ4In0', hl7v2: 'MSH|^~\\&|A', binary: 'ab\0\0cd', text: 'Dear doctor,',
  empty: '', tiff: 'II*\0', ole: '\xd0\xcf\x11\xe0',
};

for (const [kind, start] of Object.entries(STARTS)) {
  test(`a file that starts as ${kind} is refused by its name`, () => refused(Uint8Array.from(Buffer.from(start, 'latin1')), kind));
}

test('white space alone is an empty file', () => refused(' \n\t ', 'empty'));
test('JSON of another kind is named', async () => {
  for (const value of ['{}', '[]', '[{"resourceType":"Patient"}]', '{"resourceType":7}']) await refused(value, 'json');
});
test('XML of another kind is named', () => refused('<note xmlns="urn:example:note"/>', 'xml-kind'));

test('the limits are these', () => {
  assert.deepEqual({ ...limits }, {
    MAX_FILE_OCTETS: 67108864, MAX_ITEMS: 100000, MAX_JSON_DEPTH: 128, MAX_JSON_VALUES: 6000000,
    MAX_CARD_OCTETS: 16777216, MAX_PARTITION_DEPTH: 64, MAX_XML_DEPTH: 63, MAX_FHIR_XML_DEPTH: 62, MAX_XML_ELEMENTS: 600000, MAX_XML_ATTRIBUTES: 1000000, MAX_OUTPUT_OCTETS: 24117248, MAX_NAMED: 50, MAX_ATTRIBUTES: 1000, MAX_INSTRUCTIONS: 1000, MAX_FAMILY_NAMES: 20,
    MAX_ATTACHMENTS: 200, MAX_ATTACHMENT_NAME: 120, MAX_HEAD_OCTETS: 16777216, MAX_EXPORT_OCTETS: 4294967296, MAX_UNPACK_RATIO: 200, MAX_ZIP_ENTRIES: 100000,
    MAX_CLINICAL_OCTETS: 67108864, MAX_DOCTYPE: 65536, MAX_SAMPLES: 500, MAX_VERBATIM: 12582912, MAX_APPLE_ELEMENT: 16777216,
  });
});

test('a file over 64 MB is refused', () => refused(new Uint8Array(limits.MAX_FILE_OCTETS + 1), 'size'));

const nested = (depth, inner) => `${'{"a":'.repeat(depth)}${inner}${'}'.repeat(depth)}`;

test('JSON as deep as the limit is read, one deeper is refused', async () => {
  const at = (depth) => `{"resourceType":"Observation","x":${nested(depth - 1, '1')}}`;
  await take(at(limits.MAX_JSON_DEPTH));
  await refused(at(limits.MAX_JSON_DEPTH + 1), 'json');
  await refused('['.repeat(1_000_000), 'json');
});

test('XML as deep as the limit is sealed within the partition\'s limit, one deeper is refused', async () => {
  const at = (depth) => ccda([], { header: `${'<a>'.repeat(depth - 1)}${'</a>'.repeat(depth - 1)}` });
  const { personal } = readAll(await take(at(limits.MAX_XML_DEPTH)));
  assert.equal(personal.depth, limits.MAX_PARTITION_DEPTH);
  await refused(at(limits.MAX_XML_DEPTH + 1), 'depth');
  await refused(`<ClinicalDocument xmlns="urn:hl7-org:v3">${'<a>'.repeat(1_000_000)}`, 'depth');
});

test('as many resources as the limit are read, one more is refused', async () => {
  const at = (count) => `{"resourceType":"Bundle","entry":[${Array(count).fill('{"resource":{"resourceType":"Flag"}}').join()}]}`;
  const { counts } = await take(at(limits.MAX_ITEMS));
  assert.equal(counts.medical.other, limits.MAX_ITEMS);
  await refused(at(limits.MAX_ITEMS + 1), 'items');
});

test('as many entries of a section as the limit are read, one more is refused', async () => {
  const at = (count) => ccda([section('30954-2', '<entry><act/></entry>'.repeat(count))], { patient: '' });
  assert.equal((await take(at(limits.MAX_ITEMS))).counts.medical.result, limits.MAX_ITEMS);
  await refused(at(limits.MAX_ITEMS + 1), 'items');
});

test('more values or elements than a record has are refused', async () => {
  await refused(`{"resourceType":"Flag","x":[${'0,'.repeat(limits.MAX_JSON_VALUES)}0]}`, 'json');
  await refused(`<ClinicalDocument xmlns="urn:hl7-org:v3">${'<a/>'.repeat(limits.MAX_XML_ELEMENTS)}</ClinicalDocument>`, 'size');
  await refused(`<ClinicalDocument xmlns="urn:hl7-org:v3">${'<a b="" c="" d=""/>'.repeat(limits.MAX_XML_ATTRIBUTES / 3 + 1)}</ClinicalDocument>`, 'size');
});

test('more than a sealed document holds is refused', async () => {
  const large = 'x'.repeat(limits.MAX_OUTPUT_OCTETS / 2);
  await refused(bundle({ resourceType: 'Flag', x: large }, { resourceType: 'Flag', x: large }), 'size');
});

test('invalid JSON is refused wherever it is wrong', async () => {
  const wrong = ['{"resourceType":"Flag",}', '{"resourceType":"Flag"', "{'resourceType':'Flag'}", '{"resourceType":"Flag","a":01}',
    '{"resourceType":"Flag","a":1.}', '{"resourceType":"Flag","a":.5}', '{"resourceType":"Flag","a":+1}', '{"resourceType":"Flag","a":NaN}',
    '{"resourceType":"Flag","a":"\t"}', '{"resourceType":"Flag","a":"\\x"}', '{"resourceType":"Flag" "a":1}', '{"resourceType":"Flag"}{}',
    '{"resourceType":"Flag","a":[1,]}', '{"resourceType":"Flag","a":tru}', '{"resourceType":"Flag",/**/"a":1}', '{"resourceType":"Flag","a":"\ufffe"}'];
  for (const each of wrong) await refused(each, 'json');
});

test('a name of a prototype member is no type and no rule', async () => {
  for (const type of ['constructor', 'toString', 'hasOwnProperty']) await refused({ resourceType: type }, 'nothing');
});

test('hostile text cannot leave its place in a partition', async () => {
  const evil = '</resource></source></partition><x a="1">&#0;]]>\r\n<![CDATA[';
  const result = await take(bundle({ resourceType: 'Flag', id: evil, code: { coding: [{ code: evil, display: '\u0001"\'<' }] } }));
  const [source] = readAll(result).medical.sources;
  assert.equal(JSON.parse(source.text).id, evil);
  const display = readAll(result).medical.items[0].code.display;
  assert.equal(display, '\ufffd"\'<');
});

test('carriage returns of a JSON file come back', async () => {
  const json = '{\r\n"resourceType":\r"Flag"\n}';
  const { medical } = readAll(await take(json));
  assert.equal(medical.sources[0].text, json);
});

test('a progress call can stop the import', async () => {
  const control = new AbortController();
  const importing = importRecord(octets(ccda([section('30954-2', `<text>${'x'.repeat(2_000_000)}</text>`)])),
    { signal: control.signal, onProgress: (done) => { if (done > 0.2) control.abort(); } });
  await assert.rejects(importing, { name: 'AbortError' });
});

test('progress runs from 0 to 1', async () => {
  const seen = [];
  await importRecord(octets('{"resourceType":"Flag"}'), { onProgress: (done) => seen.push(done) });
  assert.equal(seen[0], 0);
  assert.equal(seen.at(-1), 1);
  assert.deepEqual(seen, [...seen].sort((a, b) => a - b));
});

test('encodings that XML may have give the same partitions', async () => {
  const plain = ccda([section('11450-4', '<text>Müller – déjà</text>')]);
  const expected = text((await take(plain)).partitions.medical);
  assert.match(expected, /Müller – déjà/);
  const utf16 = (mark, swap) => {
    const octets16 = Buffer.from(`${mark}<?xml version="1.0" encoding="UTF-16"?>${plain}`, 'utf16le');
    return new Uint8Array(swap ? octets16.swap16() : octets16);
  };
  for (const each of [utf16('\ufeff', false), utf16('\ufeff', true), octets(`\ufeff<?xml version="1.0" encoding="UTF-8"?>${plain}`)]) {
    assert.equal(text((await take(each)).partitions.medical), expected);
  }
  const latin = Buffer.from(`<?xml version='1.0' encoding='windows-1252'?>${plain.replace('–', '\x96')}`, 'latin1');
  assert.equal(text((await take(new Uint8Array(latin))).partitions.medical), expected);
});

test('marks and declarations that contradict each other are refused', async () => {
  await refused(`\ufeff<?xml version="1.0" encoding="ISO-8859-1"?>${ccda([])}`, 'encoding');
  await refused(`<?xml version="1.0" encoding="US-ASCII"?>${ccda([section('x', '<text>é</text>')])}`, 'encoding');
  await refused(new Uint8Array(Buffer.from(`\ufeff<?xml version="1.0" encoding="UTF-8"?>${ccda([])}`, 'utf16le')), 'encoding');
});

test('very many attributes or processing instructions are refused', async () => {
  const attributes = (count) => ccda([], { header: `<a ${Array.from({ length: count }, (_, n) => `a${n}="1"`).join(' ')}/>` });
  await take(attributes(limits.MAX_ATTRIBUTES));
  await refused(attributes(limits.MAX_ATTRIBUTES + 1), 'xml');
  const instructions = (count) => ccda([section('11450-4', '<?a?>'.repeat(count))]);
  await take(instructions(limits.MAX_INSTRUCTIONS));
  await refused(instructions(limits.MAX_INSTRUCTIONS + 1), 'xml');
});

test('a document cannot pass its parts off as markup of a partition', async () => {
  const own = '<resource xmlns="urn:sesphr:phr:1" type="Flag">{}</resource>';
  await refused(ccda([section('11450-4')], { header: own }), 'namespace');
  await refused(ccda([section('11450-4')]).replace('</structuredBody>', `${own}</structuredBody>`), 'namespace');
  readAll(await take(ccda([section('11450-4', own)])));
});

/** Runs and asserts that it took less than some seconds: what is quadratic takes minutes. */
async function swift(work) {
  const start = performance.now();
  const result = await work();
  assert.ok(performance.now() - start < 10_000);
  return result;
}

test('one id used by very many resources does not multiply the work', async () => {
  const count = 45_000;
  const flags = Array(count).fill('{"resource":{"resourceType":"Flag","author":{"reference":"Practitioner/1"},"x":{"identifier":{"value":"v"}}}}');
  const doctors = Array(count).fill('{"resource":{"resourceType":"Practitioner","id":"1","identifier":[{"value":"v"}]}}');
  const { counts } = await swift(() => take(`{"resourceType":"Bundle","entry":[${[...flags, ...doctors].join()}]}`));
  assert.equal(counts.medical.other, count);
});

test('one long text that very many entries point at is read once', async () => {
  const entry = '<entry><act><code><originalText><reference value="#t"/></originalText></code></act></entry>';
  const { counts } = await swift(() => take(ccda([section('30954-2', `<text><td ID="t">${'<b>word</b>'.repeat(100_000)}</td></text>${entry.repeat(20_000)}`)])));
  assert.equal(counts.medical.result, 20_000);
});

test('very many unknown sections give few warnings', async () => {
  const { warnings } = await take(ccda(Array.from({ length: 300 }, (_, n) => section(`x${n % 60}`))));
  assert.equal(warnings.length, limits.MAX_NAMED + 1);
  assert.match(warnings[0], /^5 sections that SeSPHR does not know \(code x0\)/);
});

test('a document that names no patient keeps no one\'s relatives in another partition, and says so', async () => {
  const header = '<informant><relatedEntity><code displayName="BROTHER"/></relatedEntity></informant>';
  const { partitions, warnings } = await take(ccda([section('11450-4')], { header, patient: '' }));
  assert.deepEqual(Object.keys(partitions), ['medical']);
  assert.ok(!text(partitions.medical).includes('BROTHER'));
  assert.ok(warnings.some((each) => each.startsWith('The document names no patient')));
});
