/** Apple Health: the one DOCTYPE, archives that mean harm, and exports with very many samples. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { strToU8, zipSync } from 'fflate';

import { meaningOf, valueOf } from '../../static/js/importer/apple_codes.js';
import { AppleReader, checkDoctype } from '../../static/js/importer/apple_xml.js';
import { importRecord } from '../../static/js/importer/index.js';
import { MAX_VERBATIM } from '../../static/js/importer/limits.js';
import { octets, readAll, refused, sample, take, text } from './importer_support.mjs';

const DTD = `<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 12 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout|ActivitySummary|ClinicalRecord)*)>
<!ATTLIST HealthData
  locale CDATA #REQUIRED
>
<!ELEMENT ExportDate EMPTY>
<!ATTLIST ExportDate
  value CDATA #REQUIRED
>
]>`;
const at = (day, second = 0) => `2024-03-${String(day).padStart(2, '0')} 08:00:${String(second).padStart(2, '0')} +0100`;
const record = (type, value, unit, { day = 1, second = 0, source = 'Watch' } = {}) =>
  `<Record type="HKQuantityTypeIdentifier${type}" sourceName="${source}" unit="${unit}" startDate="${at(day, second)}" endDate="${at(day, second)}" value="${value}"/>`;
const health = (inner, dtd = DTD) => `<?xml version="1.0" encoding="UTF-8"?>\n${dtd}\n<HealthData locale="en_GB">${inner}</HealthData>`;
const items = async (inner) => readAll(await take(health(inner))).medical.items;
const zip = (files, options = {}) => zipSync(Object.fromEntries(Object.entries(files).map(([name, held]) => [name, typeof held === 'string' ? strToU8(held) : held])), options);

test('the DOCTYPE that Apple writes, and no other', async () => {
  assert.deepEqual((await take(health(record('HeartRate', 61, 'count/min')))).counts, { medical: { vital: 1 } });
  const bad = ['<!ENTITY a "b">', '<!ENTITY % a SYSTEM "x">', '%a;', '<!ATTLIST HealthData locale CDATA "en">', '<?x y?>', '<!NOTATION a SYSTEM "x">', '<![INCLUDE[]]>', 'words', '<!ELEMENT', "<!ATTLIST a b CDATA 'c'>"];
  for (const each of bad) assert.throws(() => checkDoctype(` HealthData [${each}]`), { kind: 'doctype' }, each);
  for (const each of ['HealthData', 'HealthData SYSTEM "a.dtd"', 'HealthData SYSTEM "a.dtd" []', 'Other []', `HealthData [${' '.repeat(70000)}]`]) {
    assert.throws(() => checkDoctype(` ${each}`), { kind: 'doctype' }, each);
  }
  await refused(health('', '<!DOCTYPE HealthData [<!ENTITY a "aaaa">]>'), 'doctype');
  await refused(health('<Record type="&a;"/>', ''), 'xml');
});

test('samples have the codes and units of clinicians', async () => {
  const found = await items(record('HeartRate', 61, 'count/min') + record('OxygenSaturation', '0.975', '%') + record('BloodGlucose', '5.4', 'mmol&lt;180.1558800000541&gt;/L') + record('UVExposure', '3', 'count'));
  assert.deepEqual(found.map(({ kind, code, value }) => [kind, code.value, value.value, value.unit]), [
    ['vital', '8867-4', '61', '/min'], ['vital', '59408-5', '97.5', '%'], ['result', '15074-8', '5.4', 'mmol/L'],
    ['other', 'HKQuantityTypeIdentifierUVExposure', '3', undefined]]);
  assert.equal(found[0].date, '2024-03-01T08:00:00+01:00');
});

test('a percentage moves its point and keeps its digits', () => {
  for (const [given, shown] of [['0.97', '97'], ['1', '100'], ['0.005', '0.5'], ['0', '0'], ['0.9', '90'], ['-1', '-1'], ['x', 'x']]) assert.equal(valueOf(given, '%'), shown);
  assert.equal(valueOf('0.97', 'kg'), '0.97');
});

test('names of Object are no types', () => {
  for (const name of ['constructor', '__proto__', 'toString']) assert.equal(meaningOf(`HKQuantityTypeIdentifier${name}`).kind, 'other');
});

test('two values of one moment are one blood pressure', async () => {
  const found = await take(health(record('BloodPressureSystolic', 120, 'mmHg') + record('BloodPressureDiastolic', 80, 'mmHg') + record('BloodPressureSystolic', 130, 'mmHg', { day: 2 })));
  assert.deepEqual(found.counts, { medical: { vital: 2 } });
  assert.match(text(found.partitions.medical), /value="85354-9".*?value="8480-6".*?value="120".*?value="8462-4".*?value="80"/);
});

test('very many samples become one item a day', async () => {
  const pulse = Array.from({ length: 600 }, (_, index) => record('HeartRate', 60 + (index % 3) * 10, 'count/min', { day: 1 + (index % 2), second: index % 60 }));
  const steps = Array.from({ length: 600 }, (_, index) => record('StepCount', 10, 'count', { day: 1, second: index % 60, source: index % 3 ? 'Watch' : 'Phone' }));
  const found = await take(health(pulse.join('') + steps.join('')));
  assert.deepEqual(found.counts, { medical: { vital: 2, other: 1 } });
  const written = text(found.partitions.medical);
  assert.match(written, /<item [^>]*date="2024-03-01"><code [^>]*"8867-4"[^>]*\/><value value="70" unit="\/min"><\/value><component><code [^>]*value="minimum"[^>]*\/><value value="60" unit="\/min"/);
  assert.match(written, /Pedometer"\/><value value="4000">/);
  assert.equal(written.match(/<Record /g).length, 1200);
  assert.match(found.warnings.join(), /Heart Rate, Step Count: these have very many samples/);
});

test('words that are said very often are counted by day', async () => {
  const stood = Array.from({ length: 700 }, (_, index) => `<Record type="HKCategoryTypeIdentifierAppleStandHour" startDate="${at(1 + (index % 7))}" value="HKCategoryValueAppleStandHourStood"/>`);
  const found = await take(health(stood.join('')));
  assert.deepEqual(found.counts, { medical: { other: 7 } });
  assert.match(text(found.partitions.medical), /date="2024-03-07"><code [^>]*\/><component><code [^>]*value="count"[^>]*\/><value value="100"/);
  const [once] = await items(stood[0]);
  assert.deepEqual([once.kind, once.code.display], ['other', 'Apple Stand Hour']);
});

test('what is too much to stand there word for word is said, and the items stay', async () => {
  const filler = 'x'.repeat(100_000);
  const many = Array.from({ length: Math.ceil(MAX_VERBATIM / 100_000) + 2 }, (_, index) => record('HeartRate', 60, 'count/min', { second: index % 60, source: filler }));
  const found = await take(health(many.join('') + record('Height', 180, 'cm')));
  assert.match(found.warnings.join(), /Heart Rate: the samples are too many/);
  assert.equal(text(found.partitions.medical).match(/<Record /g).length, 1);
  assert.equal(found.counts.medical.vital, many.length + 1);
});

test('every piece of it is the same, however it comes', () => {
  const whole = octets(health(`${record('HeartRate', 61, 'count/min', { source: 'Ada’s 🫀' })}\r\n<Workout workoutActivityType="HKWorkoutActivityTypeYoga"><MetadataEntry key="a" value="&lt;"/></Workout>`));
  const read = (size) => {
    const found = [];
    const reader = new AppleReader((entry, markup) => found.push([entry.name, markup]));
    for (let from = 0; from < whole.length; from += size) reader.write(whole.subarray(from, from + size), from + size >= whole.length);
    return found;
  };
  assert.equal(read(whole.length).length, 2);
  for (const size of [1, 2, 3, 7, 100]) assert.deepEqual(read(size), read(whole.length));
});

test('XML that is not Apple’s', async () => {
  await refused(health('<Record>', DTD), 'xml');
  await refused(health('<?php ?>'), 'xml');
  await refused(health('<a:Record xmlns:a="urn:a"/>'), 'xml-kind');
  await refused(health('<Record xmlns="urn:a"/>'), 'xml-kind');
  await refused(health(`${'<a>'.repeat(70)}${'</a>'.repeat(70)}`), 'depth');
  await refused(Buffer.concat([octets('<HealthData a="'), Uint8Array.of(0xff), octets('"/>')]), 'encoding');
  await refused(health('<ExportDate value="2024-01-01 00:00:00 +0000"/>'), 'nothing');
});

const EXPORT = health(record('HeartRate', 61, 'count/min'));
const CONDITION = JSON.stringify({ resourceType: 'Condition', id: 'c', code: { text: 'Asthma' }, clinicalStatus: { coding: [{ code: 'active' }] } });

test('an archive with clinical records', async () => {
  const archive = zip({
    'apple_health_export/Export.xml': EXPORT, 'apple_health_export/export_cda.xml': '<ClinicalDocument/>',
    'apple_health_export/clinical-records/Condition-1.json': CONDITION, 'apple_health_export/clinical-records/Old-2.json': '{"resourceType":"MedicationOrder"}',
    'apple_health_export/workout-routes/route.gpx': '<gpx/>',
  });
  for (const content of [archive, new Blob([archive])]) {
    const found = await importRecord(content);
    assert.deepEqual([found.format, found.counts], ['apple-health', { medical: { problem: 1, vital: 1 } }]);
    assert.match(found.warnings.join(), /1 clinical record is not FHIR R4.*2 other files of the archive/);
  }
});

test('archives that are none, or mean harm', async () => {
  await refused(zip({ 'a.txt': 'hello' }), 'zip');
  await refused(zip({ 'deep/er/export.xml': EXPORT }), 'zip');
  await refused(zip({ 'export.xml': EXPORT }).subarray(0, 200), 'zip');
  for (const name of ['../export.xml', '/export.xml', 'C:/export.xml', 'a\\..\\export.xml', 'a/../../export.xml', 'a\0.xml']) {
    await refused(zip({ [name]: EXPORT }), 'zip');
  }
  await refused(zip({ 'export.xml': health(`<Record type="${'a'.repeat(12_000_000)}"/>`) }, { level: 9 }), 'zip');
});

test('a broken record inside an archive refuses it', async () => {
  await refused(zip({ 'export.xml': EXPORT.slice(0, -20) }), 'xml');
  const broken = zip({ 'export.xml': EXPORT }, { level: 9 });
  broken.fill(0xff, 60, 90);
  await assert.rejects(importRecord(broken), (error) => ['zip', 'xml', 'encoding'].includes(error.kind));
});

test('a hundred thousand names are refused, and not unpacked', async () => {
  const entry = zip({ a: '' });
  const local = entry.subarray(0, 31);
  const many = Buffer.concat(Array.from({ length: 100_001 }, () => local));
  await refused(many, 'zip');
});

test('the sample is whole', async () => {
  const found = await importRecord(sample('apple_health_export_small.xml'));
  const [before, after] = [sample('apple_health_export_small.xml').toString(), text(found.partitions.medical)];
  for (const [markup] of before.matchAll(/<Record [^]*?<\/Record>|<ActivitySummary [^>]*\/>|<Workout [^]*?<\/Workout>/g)) assert.ok(after.includes(markup));
});
