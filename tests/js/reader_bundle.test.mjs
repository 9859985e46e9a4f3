/** What a reader takes along as FHIR: hostile and half-said facts become resources that R4 allows. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bundleOf, writeJson } from '../../static/js/reader/bundle.js';
import { fact } from '../../static/js/reader/facts.js';
import { dateTime, resourceOf } from '../../static/js/reader/fhir_made.js';
import { JsonNumber } from '../../static/js/importer/json.js';

const made = (known) => JSON.parse(writeJson(resourceOf(fact({ source: 's1', ...known }), { from: 'c-cda' })));
const NOW = new Date('2026-11-29T12:00:00Z');

test('times are as precise as FHIR allows, never more', () => {
  const cases = { 2026: '2026', '2026-03': '2026-03', '2026-03-04': '2026-03-04', '2026-03-04T10:00:00Z': '2026-03-04T10:00:00Z',
    '2026-03-04T10:00+01:00': '2026-03-04T10:00:00+01:00', '2026-03-04T10:00': '2026-03-04', '2026-03-04T10:00:00': '2026-03-04' };
  for (const [date, wanted] of Object.entries(cases)) assert.equal(dateTime(date), wanted);
  for (const date of [undefined, '', 'yesterday', '26-3-4']) assert.equal(dateTime(date), undefined);
});

test('numbers keep their digits, and what JSON cannot write becomes what it means', () => {
  const value = (text) => writeJson(resourceOf(fact({ kind: 'result', source: 's1', value: { value: text, unit: 'mg/dL' } }), { from: 'c-cda' }))
    .match(/"valueQuantity":\{"value":([^,]+),/)?.[1];
  assert.deepEqual(['2.20', '1e3', '.5', '+7', '5.'].map(value), ['2.20', '1e3', '0.5', '7', '5']);
  assert.equal(made({ kind: 'result', value: { value: '1:80' } }).valueString, '1:80');
  assert.equal(made({ kind: 'result', value: { value: '5', comparator: 'around' } }).valueQuantity.comparator, undefined);
  assert.equal(writeJson({ a: [new JsonNumber('1.10'), undefined === 0], b: undefined, c: null }), '{"a":[1.10,false],"c":null}');
});

test('what is negated is never told as being so', () => {
  assert.equal(made({ kind: 'allergy', name: 'Latex', negated: true }).verificationStatus.coding[0].code, 'refuted');
  assert.equal(made({ kind: 'problem', name: 'Asthma', negated: true }).verificationStatus.coding[0].code, 'refuted');
  assert.equal(made({ kind: 'medication', name: 'Aspirin', negated: true, status: 'active' }).status, 'not-taken');
  assert.equal(made({ kind: 'immunisation', name: 'MMR', negated: true }).status, 'not-done');
  assert.equal(made({ kind: 'procedure', name: 'Bypass', negated: true }).status, 'not-done');
  assert.equal(made({ kind: 'other', name: 'Smoking', negated: true }).valueString, 'negated');
});

test('a fact that says nothing is told as unknown, of every kind', () => {
  for (const kind of ['allergy', 'problem', 'medication', 'result', 'vital', 'immunisation', 'procedure', 'encounter', 'document', 'coverage', 'claim', 'other', 'new']) {
    const one = made({ kind });
    assert.ok(one.resourceType, kind);
    assert.ok(!JSON.stringify(one).includes('null'), kind);
  }
});

test('markup and quotes of a source are text in the file', () => {
  const name = '"},{"resourceType":"Patient"} <script>\u2028';
  assert.equal(made({ kind: 'problem', name }).code.text, name.trim());
});

test('nothing open is an empty collection', () => {
  assert.deepEqual(JSON.parse(bundleOf([], NOW)), { resourceType: 'Bundle', type: 'collection', timestamp: '2026-11-29T12:00:00.000Z' });
});
