/** Real samples: what each becomes, letter for letter. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import process from 'node:process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { importRecord } from '../../static/js/importer/index.js';
import { readAll, refused, sample, take, text } from './importer_support.mjs';

const SAMPLES = new URL('../samples/', import.meta.url);
const CLI = fileURLToPath(new URL('../../static/js/importer/cli.mjs', import.meta.url));

const EXPECTED = {
  'bluebutton2_eob_small.json': { insurance: { claim: 2 } },
  'ccda_atospulse_large.xml': {
    personal: { patient: 1 },
    medical: { allergy: 2, problem: 6, procedure: 3, result: 15, other: 14, encounter: 1, immunisation: 3, vital: 8, document: 1 },
    prescription: { allergy: 2, medication: 12 },
  },
  'apple_health_export_small.xml': { personal: { patient: 1 }, medical: { vital: 2, other: 3 } },
  'dicom_CT_small.dcm': { medical: { document: 1 } },
  'ccda_ccd_hl7_medium.xml': {
    personal: { patient: 1 },
    medical: { other: 13, allergy: 2, encounter: 1, immunisation: 5, problem: 4, procedure: 3, result: 6, vital: 8 },
    insurance: { coverage: 1 }, prescription: { allergy: 2, medication: 2 },
  },
  'ccda_ccd_hl7_small.xml': {
    personal: { patient: 1 }, medical: { allergy: 1, document: 1, procedure: 3, result: 1, other: 1, vital: 9 },
    prescription: { allergy: 1, document: 1 },
  },
  'ccda_ccd_practicefusion.xml': {
    personal: { patient: 1 },
    medical: { allergy: 2, other: 12, encounter: 1, immunisation: 3, problem: 5, procedure: 2, document: 1, result: 7, vital: 10 },
    prescription: { allergy: 2, medication: 3 },
  },
  'ccda_discharge_hl7.xml': {
    personal: { patient: 1 }, medical: { problem: 4, allergy: 3, document: 9, other: 5, immunisation: 2, procedure: 1, vital: 4 },
    prescription: { allergy: 3, medication: 1 },
  },
  'fhir_r4_Consent-consent-example-Emergency.json': { personal: { other: 1 } },
  'fhir_r4_Coverage-9876B1.json': { insurance: { coverage: 1 } },
  'fhir_r4_synthea_large.json': {
    personal: { patient: 1 },
    medical: { encounter: 127, problem: 20, other: 28, vital: 58, result: 282, procedure: 53, immunisation: 10, document: 30 },
    insurance: { claim: 376 }, prescription: { medication: 122 },
  },
  'fhir_r4_synthea_medium.json': {
    personal: { patient: 1 },
    medical: { encounter: 20, vital: 61, result: 11, other: 15, immunisation: 32, document: 1, procedure: 7, problem: 6 },
    insurance: { claim: 47 }, prescription: { medication: 7 },
  },
  'fhir_r4_synthea_small.json': {
    personal: { patient: 1 },
    medical: { encounter: 9, vital: 40, other: 9, immunisation: 12, result: 23, document: 2, problem: 3, procedure: 3 },
    insurance: { claim: 20 }, prescription: { medication: 2 },
  },
  'fhir_r4_tietai_4p5MB.json': {
    personal: { patient: 1 },
    medical: { encounter: 82, problem: 157, procedure: 229, vital: 592, result: 797, other: 108, immunisation: 55, allergy: 1, document: 227 },
    insurance: { coverage: 4, claim: 164 }, prescription: { medication: 54, allergy: 1 },
  },
  'ips_ig_bundle01.json': {
    personal: { patient: 1 }, medical: { document: 1, problem: 2, allergy: 2, result: 7 }, prescription: { medication: 2, allergy: 2 },
  },
  'ips_nl_core.json': {
    personal: { patient: 1 }, medical: { document: 1, allergy: 1, problem: 16, procedure: 2, other: 10, result: 5, vital: 8 },
    prescription: { allergy: 1, medication: 4 },
  },
  'ips_uk_nhsx.xml': {
    personal: { patient: 1 }, medical: { document: 1, problem: 4, allergy: 1, encounter: 1 }, prescription: { medication: 4, allergy: 1 },
  },
  'shc_bundle_usa.json': { personal: { patient: 2 }, medical: { immunisation: 2 } },
};

const FORMATS = { ccda: 'c-cda', apple: 'apple-health', dicom: 'dicom' };

const REFUSED = {
  'SOURCES.md': 'text', 'ccda_badns_NEGATIVE.xml': 'namespace',
};

test('every sample has its expectation', () => {
  const files = readdirSync(SAMPLES, { withFileTypes: true }).filter((each) => each.isFile()).map(({ name }) => name);
  assert.deepEqual(files.sort(), [...Object.keys(EXPECTED), ...Object.keys(REFUSED)].sort());
});

for (const [name, counts] of Object.entries(EXPECTED)) {
  test(`${name} is split as expected`, async () => {
    const result = await importRecord(sample(name));
    assert.deepEqual(result.counts, counts);
    assert.equal(result.format, FORMATS[name.split('_')[0]] ?? (name.endsWith('.xml') ? 'fhir-r4-xml' : 'fhir-r4'));
    for (const [partition, read] of Object.entries(readAll(result))) {
      const ids = new Set(read.sources.map(({ id }) => id));
      assert.ok(read.items.every(({ source }) => ids.has(source)));
      assert.equal(read.items.length, Object.values(counts[partition]).reduce((a, b) => a + b, 0));
    }
  });

  test(`${name} gives the same twice`, async () => {
    assert.deepEqual(await importRecord(sample(name)), await importRecord(sample(name)));
  });
}

for (const [name, kind] of Object.entries(REFUSED)) {
  test(`${name} is refused`, () => refused(sample(name), kind));
}

for (const name of Object.keys(EXPECTED).filter((each) => /^ccda.*xml$/.test(each))) {
  test(`${name}: every section stands in a partition letter for letter`, async () => {
    const source = text(sample(name));
    const written = Object.values((await importRecord(sample(name))).partitions).map(text);
    const sections = source.match(/<section[\s>][\s\S]*?<\/section>/g);
    assert.ok(sections.length > 5);
    for (const each of sections) {
      const afterName = each.slice('<section'.length);
      assert.ok(written.some((partition) => partition.includes(afterName)));
    }
  });
}

for (const name of Object.keys(EXPECTED).filter((each) => each.endsWith('.json'))) {
  test(`${name}: every resource stands in a partition as it was, or is named`, async () => {
    const source = text(sample(name));
    const value = JSON.parse(source);
    const resources = value.resourceType === 'Bundle' ? value.entry.map(({ resource }) => resource) : [value];
    const result = await importRecord(sample(name));
    const sources = Object.values(readAll(result)).flatMap((read) => read.sources).filter(({ role }) => role !== 'envelope');
    for (const each of sources) assert.ok(source.includes(each.text));
    const kept = new Set(sources.map((each) => JSON.stringify(JSON.parse(each.text))));
    const missing = resources.filter((each) => !kept.has(JSON.stringify(each)));
    for (const { resourceType } of missing) assert.ok(result.warnings.some((each) => each.includes(`${resourceType} resource`)));
  });
}

test('numbers keep their last digit', async () => {
  const { partitions } = await importRecord(sample('ips_nl_core.json'));
  const decimals = text(sample('ips_nl_core.json')).match(/"value": ?\d+\.\d*0\b/g) ?? [];
  const all = Object.values(partitions).map(text).join();
  for (const each of decimals) assert.ok(all.includes(each));
  const made = await take('{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":2.20}}');
  assert.match(text(made.partitions.medical), /<value value="2\.20"\/?>/);
  assert.match(text(made.partitions.medical), /"valueQuantity":\{"value":2\.20\}/);
});

test('supporting resources follow, allergies are copied', async () => {
  const read = readAll(await importRecord(sample('ips_nl_core.json')));
  const roles = (partition, role) => read[partition].sources.filter((each) => each.role === role).map(({ type }) => type);
  assert.ok(roles('medical', 'supporting').includes('Device'));
  assert.ok(roles('prescription', 'supporting').includes('Medication'));
  assert.ok(!roles('insurance' in read ? 'insurance' : 'personal', 'supporting').includes('Device'));
  assert.deepEqual(read.prescription.sources.filter(({ copy }) => copy === 'true').map(({ type }) => type), ['AllergyIntolerance']);
  assert.ok(roles('medical', 'record').filter((type) => type === 'Consent').length === 2);
});

test('a warning tells where the family name still stands', async () => {
  const { warnings } = await importRecord(sample('ips_nl_core.json'));
  assert.ok(warnings.some((each) => /^The patient's family name occurs in 47 of 52 sources of the medical/.test(each)));
  assert.ok(!warnings.join().includes('van Putten'));
});

function run(args, input) {
  const done = spawnSync(process.execPath, [CLI, ...args], { input, maxBuffer: 1 << 28 });
  return { exit: done.status, answer: JSON.parse(done.stdout.toString()) };
}

test('the command gives the same as the module', async () => {
  const path = fileURLToPath(new URL('ips_ig_bundle01.json', SAMPLES));
  const { partitions, ...rest } = await importRecord(sample('ips_ig_bundle01.json'));
  const encoded = Object.fromEntries(Object.entries(partitions).map(([name, each]) => [name, Buffer.from(each).toString('base64')]));
  assert.deepEqual(run([path]), { exit: 0, answer: { ...rest, partitions: encoded } });
  assert.deepEqual(run(['-'], sample('ips_ig_bundle01.json')), { exit: 0, answer: { ...rest, partitions: encoded } });
});

test('the command refuses with 6, and misuse with 2', () => {
  const { exit, answer } = run([fileURLToPath(new URL('ccda_badns_NEGATIVE.xml', SAMPLES))]);
  assert.equal(exit, 6);
  assert.match(answer.error, /namespace that is not a URI/);
  assert.equal(run(['-'], '').exit, 6);
  assert.equal(run([]).exit, 2);
  assert.equal(run(['a', 'b']).exit, 2);
  assert.equal(run(['no-such-file']).exit, 2);
});

test('the command stops reading after 64 MB', () => {
  const { exit, answer } = run(['-'], Buffer.alloc(64 * 1024 * 1024 + 1, 0x20));
  assert.equal(exit, 6);
  assert.match(answer.error, /larger than 64 MB/);
});
