/** Where sections and resources go, and what follows what. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bundle, ccda, held, readAll, refused, section, take, text } from './importer_support.mjs';

const loinc = (code) => ({ coding: [{ system: 'http://loinc.org', code }] });

test('each FHIR type goes where the table says', async () => {
  const { default: table } = await import('../../static/js/importer/maps/fhir_r4_partition.json', { with: { type: 'json' } });
  assert.equal(Object.keys(table).length, 146);
  for (const [type, { partition, copy = [] }] of Object.entries(table)) {
    if (type === 'Contract') continue;
    const result = await take(bundle({ resourceType: type, id: 'x' }, { resourceType: 'Flag', id: 'keep' }));
    const places = Object.entries(readAll(result)).filter(([, read]) => held(read, 'record').includes(`${type}/x`)).map(([name]) => name);
    const own = ['personal', 'medical', 'insurance', 'prescription'].includes(partition) ? [partition, ...copy] : [];
    assert.deepEqual(places.sort(), own.sort(), type);
    if (['follows', 'reject', 'system'].includes(partition)) assert.ok(result.warnings.some((each) => each.includes(`${type}/x`)), type);
  }
});

test('an unknown type stays out with a warning that names it', async () => {
  const result = await take(bundle({ resourceType: 'Horoscope', id: 'h1' }, { resourceType: 'Flag' }));
  assert.match(result.warnings[0], /^1 Horoscope resource stays in the original file only.*Horoscope\/h1\.$/);
  await refused({ resourceType: 'Horoscope' }, 'nothing');
});

test('supporting resources alone are no record', () => refused(bundle({ resourceType: 'Practitioner', id: '1' }), 'nothing'));

const doctor = { resourceType: 'Practitioner', id: 'd', identifier: [{ system: 'urn:npi', value: '9' }] };
const follows = async (reference, fullUrl = 'http://a.example/fhir/Practitioner/d', flagUrl = 'http://a.example/fhir/Flag/f') => {
  const entry = [{ fullUrl: flagUrl, resource: { resourceType: 'Flag', id: 'f', author: reference } }, { fullUrl, resource: doctor }];
  const result = await take({ resourceType: 'Bundle', type: 'collection', entry });
  return held(readAll(result).medical, 'supporting').includes('Practitioner/d');
};

test('references of every form are followed', async () => {
  for (const reference of ['http://a.example/fhir/Practitioner/d', 'Practitioner/d', 'Practitioner/d/_history/3', 'Practitioner?identifier=urn:npi|9']) {
    assert.ok(await follows({ reference }), reference);
  }
  assert.ok(await follows({ identifier: { system: 'urn:npi', value: '9' } }));
  assert.ok(await follows({ reference: 'urn:uuid:53fefa32-0001-4ff8-8a92-55ee120877b7' }, 'urn:uuid:53fefa32-0001-4ff8-8a92-55ee120877b7'));
  assert.ok(await follows({ reference: 'Practitioner/d' }, 'urn:uuid:1', 'urn:uuid:2'));
  assert.ok(await follows({ reference: 'resource:0' }, 'resource:0'));
});

test('references that lead elsewhere are not followed', async () => {
  for (const reference of ['Practitioner/other', '#d', 'http://b.example/x', 'Practitioner?identifier=urn:npi|8', '']) {
    assert.ok(!await follows({ reference }), reference);
  }
});

test('a relative reference means the server of the resource that makes it', async () => {
  const entry = [
    { fullUrl: 'http://a.example/Flag/f', resource: { resourceType: 'Flag', id: 'f', author: { reference: 'Practitioner/d' } } },
    { fullUrl: 'http://b.example/Practitioner/d', resource: { ...doctor, active: false } },
    { fullUrl: 'http://a.example/Practitioner/d', resource: doctor },
  ];
  const { medical } = readAll(await take({ resourceType: 'Bundle', entry }));
  assert.deepEqual(medical.sources.filter(({ role }) => role === 'supporting').map(({ fullUrl }) => fullUrl), ['http://a.example/Practitioner/d']);
});

test('the closure goes on through supporting resources only, cycles and all', async () => {
  const result = await take(bundle(
    { resourceType: 'Flag', id: 'f', author: { reference: 'PractitionerRole/r' } },
    { resourceType: 'PractitionerRole', id: 'r', practitioner: { reference: 'Practitioner/d' }, organization: { reference: 'Organization/o' } },
    { ...doctor, extension: [{ url: 'x', valueReference: { reference: 'PractitionerRole/r' } }] },
    { resourceType: 'Organization', id: 'o', partOf: { reference: 'Organization/o2' } }, { resourceType: 'Organization', id: 'o2' },
    { resourceType: 'Claim', id: 'c', insurer: { reference: 'Organization/o2' }, patient: { reference: 'Patient/p' } },
    { resourceType: 'Patient', id: 'p', generalPractitioner: [{ reference: 'Organization/alone' }] },
    { resourceType: 'Organization', id: 'alone' },
  ));
  const read = readAll(result);
  assert.deepEqual(held(read.medical, 'supporting'), ['PractitionerRole/r', 'Practitioner/d', 'Organization/o', 'Organization/o2']);
  assert.deepEqual(held(read.insurance, 'supporting'), ['Organization/o2']);
  assert.deepEqual(held(read.personal, 'supporting'), ['Organization/alone']);
  assert.equal(result.warnings.length, 0);
});

test('a Binary follows the document that attaches it', async () => {
  const { medical } = readAll(await take(bundle(
    { resourceType: 'DocumentReference', id: 'd', content: [{ attachment: { contentType: 'text/plain', url: 'Binary/b' } }] },
    { resourceType: 'Binary', id: 'b' })));
  assert.deepEqual(held(medical, 'supporting'), ['Binary/b']);
});

test('documents go by their code', async () => {
  const of = async (member) => Object.keys((await take({ resourceType: 'DocumentReference', ...member })).partitions);
  assert.deepEqual(await of({ type: loinc('64290-0') }), ['insurance']);
  assert.deepEqual(await of({ category: [loinc('48768-6')] }), ['insurance']);
  assert.deepEqual(await of({ type: loinc('57833-6') }), ['prescription']);
  assert.deepEqual(await of({ type: loinc('34133-9') }), ['medical']);
  assert.deepEqual(await of({ type: { coding: [{ system: 'urn:other', code: '57833-6' }] } }), ['medical']);
});

test('advance directives are medical, other consents personal', async () => {
  const of = async (member) => Object.keys((await take({ resourceType: 'Consent', ...member })).partitions);
  assert.deepEqual(await of({ category: [loinc('59284-0')] }), ['personal']);
  assert.deepEqual(await of({ category: [loinc('42348-3')] }), ['medical']);
  assert.deepEqual(await of({ scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'adr' }] } }), ['medical']);
  const listed = await take(bundle(
    { resourceType: 'Composition', section: [{ section: [{ code: loinc('42348-3'), entry: [{ reference: 'Consent/c' }] }] }] },
    { resourceType: 'Consent', id: 'c' }));
  assert.deepEqual(Object.keys(listed.partitions), ['medical']);
});

test('a contract is personal only when its subject is the patient', async () => {
  assert.deepEqual(Object.keys((await take({ resourceType: 'Contract', subject: [{ reference: 'Patient/1' }] })).partitions), ['personal']);
  await refused({ resourceType: 'Contract', subject: [{ reference: 'Organization/1' }] }, 'nothing');
});

test('bundles in bundles and parameters are unwrapped, their own words kept once', async () => {
  const result = await take({
    resourceType: 'Parameters', parameter: [{ name: 'a', part: [{ name: 'b', resource: {
      ...bundle({ ...bundle({ resourceType: 'Flag', id: 'f' }), timestamp: '2020' }, { resourceType: 'OperationOutcome', id: 'o' }),
      link: [{ relation: 'self', url: 'http://x/?patient=7' }] } }] }, { name: 'secret', resource: { resourceType: 'Claim', id: 'c' } }],
  });
  const read = readAll(result);
  assert.deepEqual(held(read.medical, 'record'), ['Flag/f']);
  assert.deepEqual(held(read.insurance, 'record'), ['Claim/c']);
  const envelopes = read.medical.sources.filter(({ role }) => role === 'envelope');
  assert.deepEqual(envelopes.map(({ type }) => type).sort(), ['Bundle', 'Bundle', 'OperationOutcome', 'Parameters']);
  assert.ok(envelopes.every((each) => !each.text.includes('Claim') && !each.text.includes('Flag')));
  assert.ok(envelopes.some((each) => JSON.parse(each.text).link?.[0].url === 'http://x/?patient=7'));
  assert.ok(!read.insurance.sources.some(({ role }) => role === 'envelope'));
});

test('what a bundle entry says besides stays with its resource', async () => {
  const { medical } = readAll(await take({ resourceType: 'Bundle', entry: [
    { fullUrl: 'urn:x:1', resource: { resourceType: 'Flag' }, request: { method: 'POST', url: 'Flag' } }, { response: { status: '204' } }] }));
  assert.equal(medical.sources[0].entry, '{"request":{"method":"POST","url":"Flag"}}');
  assert.equal(medical.sources[0].fullUrl, 'urn:x:1');
});

test('entries without a resource or a type are told', async () => {
  const { warnings } = await take({ resourceType: 'Bundle', entry: [{}, null, { resource: {} }, { resource: { resourceType: 'Flag' } }] });
  assert.deepEqual(warnings.map((each) => each.slice(0, 9)), ['2 entries', '1 entries']);
});

test('each C-CDA section goes where the table says, by template and by code', async () => {
  const { default: table } = await import('../../static/js/importer/maps/ccda_sections.json', { with: { type: 'json' } });
  for (const { code, partition, templates, copy } of table.filter((each) => each.partition !== 'follows' && !/^[a-z]/i.test(each.code))) {
    const expected = partition === 'envelope' ? ['medical'] : [partition, ...copy];
    const keep = partition === 'envelope' ? [section('11450-4')] : [];
    for (const head of [`<code code="${code}"/>`, ...templates.map((root) => `<templateId root="${root}"/><code code="local"/>`)]) {
      const result = await take(ccda([...keep, `<section>${head}<text>MARK</text></section>`], { patient: '' }));
      const places = Object.entries(result.partitions).filter(([, bytes]) => text(bytes).includes('MARK')).map(([name]) => name);
      assert.deepEqual(places.sort(), expected.sort(), head);
    }
  }
});

test('the template decides before the code', async () => {
  const both = '<section><templateId root="2.16.840.1.113883.10.20.22.2.18"/><code code="10160-0" codeSystem="2.16.840.1.113883.6.1"/></section>';
  assert.deepEqual(Object.keys((await take(ccda([both], { patient: '' }))).partitions), ['insurance']);
});

test('an unknown section is medical, and said to be', async () => {
  const { partitions, warnings } = await take(ccda([section('99999-9')], { patient: '' }));
  assert.deepEqual(Object.keys(partitions), ['medical']);
  assert.match(warnings[0], /code 99999-9\) went to medical/);
});

test('a section inside another goes its own way and leaves no trace behind', async () => {
  const inner = section('10160-0', '<text>ASPIRIN</text>');
  const own = section('8716-3', '<text>PRESSURE</text>');
  const outer = section('51847-2', `<text>OUTER</text><component>${inner}</component><component>${own}</component><!--end-->`);
  const result = await take(ccda([outer]));
  const [medical, prescription] = [text(result.partitions.medical), text(result.partitions.prescription)];
  assert.ok(medical.includes('OUTER') && medical.includes('PRESSURE') && medical.includes('<!--end-->') && !medical.includes('ASPIRIN'));
  assert.ok(prescription.includes('ASPIRIN') && !prescription.includes('OUTER'));
  assert.deepEqual(readAll(result).medical.sources.map(({ partial }) => partial), ['true']);
  assert.equal(result.counts.medical.document, 2);
});

test('an unknown section inside a known one stays with it', async () => {
  const result = await take(ccda([section('10160-0', `<component>${section('local-1', '<text>MORE</text>')}</component>`)], { patient: '' }));
  assert.deepEqual(Object.keys(result.partitions), ['prescription']);
});

test('the header goes where the table says', async () => {
  const party = (type, word) => `<participant typeCode="${type}"><associatedEntity classCode="NOK"><code displayName="${word}"/></associatedEntity></participant>`;
  const header = `<author><assignedAuthor><id extension="AUTHOR"/></assignedAuthor></author>${party('IND', 'AUNT')}${party('HLD', 'HOLDER')}`
    + '<informant><relatedEntity><code displayName="BROTHER"/></relatedEntity></informant><authorization><consent><id extension="AGREED"/></consent></authorization>';
  const result = await take(ccda([section('11450-4'), section('10160-0')], { header }));
  const has = (word) => Object.entries(result.partitions).filter(([, bytes]) => text(bytes).includes(word)).map(([name]) => name);
  assert.deepEqual(has('AUTHOR'), ['personal', 'medical', 'insurance', 'prescription']);
  assert.deepEqual(has('AUNT'), ['personal']);
  assert.deepEqual(has('HOLDER'), ['insurance']);
  assert.deepEqual(has('BROTHER'), ['personal']);
  assert.deepEqual(has('AGREED'), ['personal']);
  assert.deepEqual(has('Quill'), ['personal']);
});

test('an embedded file goes to medical whole', async () => {
  const document = ccda([]).replace(/<structuredBody>.*<\/structuredBody>/, '<nonXMLBody><text mediaType="application/pdf" representation="B64">JVBERi0=</text></nonXMLBody>');
  const result = await take(document);
  assert.ok(text(result.partitions.medical).includes('<text mediaType="application/pdf" representation="B64">JVBERi0=</text>'));
  assert.deepEqual(result.counts.medical, { document: 1 });
});

test('processing instructions inside are dropped and told, outside they are tolerated', async () => {
  const result = await take(ccda([section('11450-4', '<text>a<?do this?>b<!-- <?not this?> --></text>')], { prolog: '<?xml version="1.0"?><?xml-stylesheet href="CDA.xsl"?>' }));
  assert.ok(text(result.partitions.medical).includes('<text>ab<!-- <?not this?> --></text>'));
  assert.ok(result.warnings.some((each) => each.startsWith('1 processing instructions')));
});

test('a part takes along the namespaces that it uses, and no others', async () => {
  const inner = '<text xsi:type="other:T"/><sdtc:raceCode/><xml:x xml:lang="en"/><p:q xmlns:p="urn:p:inner"/>'.replace('<xml:x xml:lang="en"/>', '<br xml:lang="en"/>');
  const document = ccda([section('11450-4', inner)], { attributes: ' xmlns:other="urn:o:&amp;1" xmlns:unused="urn:unused" xmlns:p="urn:p:outer"', patient: '' });
  const medical = text((await take(document)).partitions.medical);
  assert.ok(medical.includes('<section xmlns="urn:hl7-org:v3" xmlns:other="urn:o:&amp;1" xmlns:sdtc="urn:hl7-org:sdtc" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'), medical);
});

test('a document with a prefix for everything stands alone too', async () => {
  const plain = ccda([section('10160-0', '<text>x</text>')]).replace('xmlns=', 'xmlns:c=').replace(/<(\/?)(\w)/g, '<$1c:$2');
  const read = readAll(await take(plain));
  assert.deepEqual(read.prescription.sources.map(({ uri }) => uri), ['urn:hl7-org:v3']);
  assert.ok(text((await take(plain)).partitions.prescription).includes('<c:section xmlns="" xmlns:c="urn:hl7-org:v3">'));
});

test('items say what an entry says', async () => {
  const allergy = '<entry><act><statusCode code="active"/><entryRelationship typeCode="SUBJ"><observation negationInd="true">'
    + '<templateId root="2.16.840.1.113883.10.20.22.4.7"/><effectiveTime><low value="201208061530-0500"/></effectiveTime>'
    + '<value xsi:type="CD" code="416098002" codeSystem="2.16.840.1.113883.6.96"/><participant><participantRole><playingEntity>'
    + '<code nullFlavor="UNK"><originalText><reference value="#a1"/></originalText></code></playingEntity></participantRole></participant>'
    + '</observation></entryRelationship><entryRelationship typeCode="SUBJ" inversionInd="true"><observation/></entryRelationship></act></entry>';
  const { medical } = readAll(await take(ccda([section('48765-2', `<text><td ID="a1">Peanut</td></text>${allergy}`)])));
  assert.deepEqual(medical.items, [{ id: 'i1', kind: 'allergy', source: 's1', entry: '1', status: 'active', date: '2012-08-06T15:30-05:00', negated: 'true', code: { display: 'Peanut' } }]);
});

test('an interval with one bound is a comparison', async () => {
  const of = async (value) => {
    const entry = `<entry><observation><code code="1"/><value xsi:type="IVL_PQ">${value}</value></observation></entry>`;
    return readAll(await take(ccda([section('30954-2', entry)]))).medical.items[0].value;
  };
  assert.deepEqual(await of('<high value="5" unit="mg" inclusive="false"/>'), { comparator: '<', value: '5', unit: 'mg' });
  assert.deepEqual(await of('<low value="5.0" unit="mg"/>'), { comparator: '>=', value: '5.0', unit: 'mg' });
});

test('a family name is found however it is written, and only as a word', async () => {
  const json = JSON.stringify(bundle({ resourceType: 'Patient', name: [{ family: 'Léa' }] }, { resourceType: 'Flag', code: { text: 'WORD' } }));
  const warned = async (word) => (await take(json.replace('WORD', () => word))).warnings.length;
  assert.equal(await warned('seen LÉA today'), 1);
  assert.equal(await warned('L\\u00e9a'), 1);
  assert.equal(await warned('Léandre'), 0);
});
