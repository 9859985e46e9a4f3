/** SMART Health Cards: payloads, signed texts, files and QR codes give one and the same; bombs and broken ones are refused. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';

import { MAX_CARD_OCTETS } from '../../static/js/importer/limits.js';
import { read } from '../../static/js/reader/index.js';
import { readAll, refused, sample, take, text } from './importer_support.mjs';

const BUNDLE = text(sample('shc_bundle_usa.json'));
const payload = (bundle = BUNDLE) => `{"iss":"https://issuer.example","nbf":1620992383.2,"vc":{"type":["https://smarthealth.cards#health-card"],"credentialSubject":{"fhirVersion":"4.0.1","fhirBundle":${bundle}}}}`;
const signed = (octets, header = { zip: 'DEF', alg: 'ES256', kid: 'k' }) => [JSON.stringify(header), octets, Buffer.alloc(64, 7)]
  .map((each) => Buffer.from(each).toString('base64url')).join('.');
const jws = (body = payload()) => signed(deflateRawSync(body));
const digits = (token) => [...token].map((c) => String(c.charCodeAt(0) - 45).padStart(2, '0')).join('');
const file = (...cards) => JSON.stringify({ verifiableCredential: cards });
const UNCHECKED = 'The signature of the SMART Health Card was not checked; it is only in the original file.';

const halves = (token) => {
  const all = digits(token);
  const middle = Math.floor(all.length / 4) * 2;
  return [`shc:/1/2/${all.slice(0, middle)}`, `shc:/2/2/${all.slice(middle)}`];
};

const FORMS = {
  payload: payload(), 'signed text': jws(), 'signed text without compression': signed(payload(), { alg: 'ES256' }),
  file: file(jws()), 'QR code': `shc:/${digits(jws())}\n`, 'QR code in capitals': `SHC:/${digits(jws())}`,
  'two QR codes, the second first': halves(jws()).reverse().join('\r\n'), 'a text with a mark': `\ufeff${jws()}`,
};

for (const [name, input] of Object.entries(FORMS)) {
  test(`a card as ${name} gives the resources as they stand in it`, async () => {
    const [card, plain] = [await take(input), await take(BUNDLE)];
    assert.equal(card.format, 'smart-health-card');
    assert.deepEqual(card.counts, plain.counts);
    assert.deepEqual(card.warnings.toSorted(), [UNCHECKED, ...plain.warnings].toSorted());
    const [one, other] = [readAll(card), readAll(plain)];
    for (const part of Object.keys(other)) {
      assert.deepEqual(one[part].sources, other[part].sources);
      assert.deepEqual(one[part].items, other[part].items);
      assert.equal(one[part].origin.format, 'smart-health-card');
    }
  });
}

const lab = (name, who) => JSON.stringify({
  resourceType: 'Bundle', type: 'collection', entry: [
    { fullUrl: 'resource:0', resource: { resourceType: 'Practitioner', name: [{ text: who }] } },
    { fullUrl: 'resource:1', resource: { resourceType: 'Observation', status: 'final', code: { text: name }, performer: [{ reference: 'resource:0' }] } }],
});

test('several cards in one file keep their own references apart', async () => {
  const result = await take(file(jws(payload(lab('one', 'Dr Ada'))), jws(payload(lab('two', 'Dr Bea')))));
  const { medical } = readAll(result);
  assert.deepEqual(medical.sources.map(({ fullUrl }) => fullUrl), ['card:1#resource:1', 'card:2#resource:1', undefined, undefined, 'card:1#resource:0', 'card:2#resource:0']);
  assert.ok(result.warnings[0].startsWith('The signatures of 2 SMART Health Cards'));
  assert.deepEqual(read(result.partitions.medical).facts.map(({ name }) => name), ['one', 'two']);
  const twoLines = await take(`${jws(payload(lab('one', 'Dr Ada')))}\n${jws(payload(lab('two', 'Dr Bea')))}`);
  assert.deepEqual(twoLines.counts, result.counts);
});

test('what unfolds to more than the limit is refused before it is held', async () => {
  const bomb = (size) => jws(payload(`{"resourceType":"Bundle","x":"${'x'.repeat(size)}"}`));
  await refused(bomb(MAX_CARD_OCTETS), 'size');
  const half = bomb(MAX_CARD_OCTETS / 2 + 1);
  await refused(file(half, half), 'size');
  await refused(`shc:/${digits(bomb(4 * MAX_CARD_OCTETS))}`, 'size');
  await refused(signed(' '.repeat(MAX_CARD_OCTETS + 1), { kid: 'k' }), 'size');
});

test('broken, cut and foreign cards are refused', async () => {
  const whole = jws();
  const [first, second] = halves(whole);
  const wrong = [
    'eyJ6aXAiOiJERUYifQ.abc.def', whole.replace(/\.[\w-]{40}/, '.'), `${whole.slice(0, 200)}.x`, signed(payload(), { zip: 'GZIP' }), signed(deflateRawSync('{"vc":{}}')),
    signed(deflateRawSync('[]')), signed(deflateRawSync('{"sub":"me"}')), signed(Buffer.from([0xff, 0xfe]), { kid: 'k' }), `${whole} and more words`, first, `${first}\n${first}`,
    `${first}\n${second.replace('/2/2/', '/3/2/')}`, `${first}\n${first.replace(/(\d\d)$/, '00')}`, 'shc:/123', 'shc:/99', 'shc:/1/2/', file(), file(7), file(null), file('x'), file({}), file(whole, 'a.b.c'),
    JSON.stringify({ vc: { credentialSubject: { fhirBundle: [] } } }), JSON.stringify({ vc: {} }), payload('{"type":"collection"}'),
  ];
  for (const each of wrong) await refused(each, 'shc');
  await refused(file(signed(Buffer.from('x'), 7)), 'shc');
  await refused(jws(payload('{"resourceType":"Bundle","a":1,"a":2}')), 'shc');
  await refused(jws(payload('{"resourceType":"Bundle"}')), 'nothing');
  await refused(jws(payload('{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"MedicationOrder"}}]}')), 'fhir-version');
});

test('links to health records are named', async () => {
  await refused('shlink:/eyJ1cmwiOiJodHRwcyJ9', 'shlink');
  await refused('https://viewer.example/open#shlink:/eyJ1cmwiOiJodHRwcyJ9', 'shlink');
});
