/** What strangers write is text: narrative, codes and whole parts that try to be more. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { resourceNarrative, sectionNarrative, words } from '../../static/js/reader/narrative.js';
import { read, Unreadable } from '../../static/js/reader/index.js';
import { sections } from '../../static/js/reader/sections.js';
import { factsIn, holds, listOf } from '../../static/js/reader/summary.js';
import { readTree } from '../../static/js/reader/tree.js';
import { age, moment } from '../../static/js/reader/times.js';
import { shownNumber, shownUnit } from '../../static/js/reader/units.js';
import { octets, take } from './importer_support.mjs';

const TYPES = new Set(['group', 'paragraph', 'heading', 'list', 'item', 'table', 'caption', 'head', 'body', 'foot', 'row', 'cell', 'header',
  'strong', 'emphasis', 'underline', 'sub', 'sup', 'deleted', 'break', 'preformatted', 'picture']);
const KEYS = new Set(['type', 'children', 'ordered', 'columns', 'rows']);
const NOW = new Date('2026-11-20T12:00:00Z');

/** Nodes hold known kinds, known members and text, nothing else. */
function checkNodes(nodes) {
  for (const node of nodes) {
    if (typeof node === 'string') continue;
    assert.ok(TYPES.has(node.type), node.type);
    for (const key of Object.keys(node)) assert.ok(KEYS.has(key), key);
    checkNodes(node.children);
  }
}

const part = (inside) => octets(`<partition xmlns="urn:sesphr:phr:1" id="medical" version="1"><origin format="c-cda"/>${inside}</partition>`);
const section = (inside) => `<section xmlns="urn:hl7-org:v3">${inside}</section>`;
const opened = (inside) => [{ record: 'r', date: '2026-01-01T00:00:00Z', parts: new Map([['medical', read(part(inside), 'medical')]]) }];
const coded = (value, display) => `<code code="${value}" codeSystem="2.16.840.1.113883.6.96" displayName="${display}"/>`;

/** A C-CDA allergy to a substance. */
const allergy = (attributes, agent) => section(`<code code="48765-2" codeSystem="2.16.840.1.113883.6.1"/><entry><act><statusCode code="active"/>
  <entryRelationship typeCode="SUBJ"><observation ${attributes}><templateId root="2.16.840.1.113883.10.20.22.4.7"/>
  <participant><participantRole><playingEntity>${agent}</playingEntity></participantRole></participant></observation></entryRelationship></act></entry>`);

test('scripts, styles, links and handlers of a narrative become words or nothing', () => {
  const nodes = resourceNarrative('<div xmlns="http://www.w3.org/1999/xhtml" onclick="steal()"><script>steal()</script><style>p{}</style>'
    + '<p style="display:none">hidden words</p><a href="javascript:steal()">a link</a><img src="x" onerror="steal()" alt="a picture"/>'
    + '<iframe src="https://example.org">inside</iframe><form action="/x"><input value="y"/><button>press</button></form></div>');
  checkNodes(nodes);
  assert.equal(words(nodes), 'hidden words a link a picture insidepress');
});

test('narrative that is not XML is shown as the text it is', () => {
  assert.deepEqual(resourceNarrative('<div><p>open'), [{ type: 'preformatted', children: ['<div><p>open'] }]);
  assert.deepEqual(resourceNarrative('<!DOCTYPE d [<!ENTITY x "y">]><div>&x;</div>')[0].type, 'preformatted');
  assert.deepEqual(resourceNarrative(7), []);
  assert.equal(words(resourceNarrative('<div>5&nbsp;mg &le; 6 &#8226; &lt;b&gt;</div>')), '5 mg ≤ 6 • <b>');
});

test('tables keep rows and cells only, spans are bounded', () => {
  const text = readTree('<text xmlns="urn:hl7-org:v3"><table>loose<thead><tr><th colspan="999999999">a</th></tr></thead><tr><td rowspan="-3">b</td>x</tr></table>'
    + '<list listType="ordered"><caption>c</caption><item>d</item>stray</list><content styleCode="Bold">e</content><content revised="delete">f</content></text>');
  const nodes = sectionNarrative(text);
  checkNodes(nodes);
  assert.deepEqual(nodes[0].children.map(({ type }) => type), ['head', 'body']);
  assert.equal(nodes[0].children[0].children[0].children[0].columns, 100);
  assert.equal(nodes[0].children[1].children[0].children[0].rows, undefined);
  assert.deepEqual(nodes.map(({ type }) => type), ['table', 'list', 'strong', 'deleted']);
  assert.equal(nodes[1].ordered, true);
});

test('a part that is no XML, has a DOCTYPE or is too deep is refused', () => {
  for (const bad of ['', 'text', '<a>', '<!DOCTYPE a><a/>', '<a>&nbsp;</a>', `${'<a>'.repeat(200)}${'</a>'.repeat(200)}`]) {
    assert.throws(() => read(octets(bad)), Unreadable, bad.slice(0, 30));
  }
  assert.throws(() => read(Uint8Array.of(0x3c, 0x61, 0xff, 0x2f, 0x3e)), Unreadable);
});

test('an XML element of another kind is readable as text', () => {
  const model = read(octets('<letter xmlns="urn:x"><line n="1">Dear</line></letter>'), 'letters');
  assert.equal(model.partition, 'letters');
  assert.deepEqual(model.facts, []);
  assert.equal(model.other.local, 'letter');
});

test('a resource that is no JSON keeps its text, and its items stand in', () => {
  const model = read(part('<item id="i1" kind="result" source="s1" negated="true"><code display="Potassium"/><value value="5.6" unit="mmol/L"/></item>'
    + '<source id="s1" role="record"><resource type="Observation">{"resourceType": </resource></source>'));
  assert.equal(model.sources[0].resource.value, undefined);
  assert.deepEqual([model.facts[0].name, model.facts[0].value.value, model.facts[0].negated], ['Potassium', '5.6', true]);
});

test('a negated allergy to one drug is never "no known allergies"', () => {
  const one = opened(`<source id="s1" role="record">${allergy('negationInd="true"', coded('7980', 'Penicillin'))}</source>`);
  const list = listOf(one, factsIn(one), 'allergy', NOW);
  assert.deepEqual([list.state, list.rows.length, list.denied[0].name], ['nothing', 0, 'Penicillin']);
  const unnamed = opened(`<source id="s1" role="record">${allergy('negationInd="true"', '<code nullFlavor="UNK"/>')}</source>`);
  assert.equal(listOf(unnamed, factsIn(unnamed), 'allergy', NOW).state, 'nothing');
  const whole = opened(`<source id="s1" role="record">${allergy('negationInd="true"', coded('105590001', 'Substance'))}</source>`);
  assert.equal(listOf(whole, factsIn(whole), 'allergy', NOW).state, 'none');
});

test('an allergy in error is left out, one that a record calls active is not', () => {
  const fact = { kind: 'allergy', record: 'r', recorded: '', partition: 'medical', components: [], reactions: [], source: 's', status: 'inactive' };
  const active = { ...fact, name: 'Latex', status: 'active', recorded: '2020-01-01' };
  const over = { ...fact, name: 'Latex', recorded: '2024-01-01' };
  assert.equal(listOf([], [active, over], 'allergy', NOW).rows.length, 1);
  assert.equal(listOf([], [over], 'allergy', NOW).past.length, 1);
  assert.equal(holds({ ...fact, kind: 'medication', status: 'active', end: '2019-01-01' }, NOW), true);
  assert.equal(holds({ ...fact, kind: 'medication', status: '', end: '2019-01-01' }, NOW), false);
});

test('an error withdraws only the statement that it is', async () => {
  const { partitions } = await take({ resourceType: 'Bundle', type: 'collection', entry: [
    { resource: { resourceType: 'AllergyIntolerance', id: 'a', code: { text: 'Latex' }, verificationStatus: { coding: [{ code: 'entered-in-error' }] }, patient: { reference: 'Patient/p' } } },
    { resource: { resourceType: 'AllergyIntolerance', id: 'b', code: { text: 'Nuts' }, patient: { reference: 'Patient/p' } } }] });
  const records = [{ record: 'r', date: '2026-01-01', parts: new Map([['medical', read(partitions.medical)]]) }];
  assert.deepEqual(listOf(records, factsIn(records), 'allergy', NOW).rows.map(({ fact }) => fact.name), ['Nuts']);
});

test('names of the prototype in codes, kinds and units do no harm', () => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    const records = opened(`<item id="i1" kind="${name}" source="s1"><code system="${name}" value="${name}"/></item>
      <source id="s1" role="record">${allergy('', coded(name, name))}</source>`);
    assert.equal(listOf(records, factsIn(records), 'allergy', NOW).rows[0].fact.name, name);
    assert.equal(shownUnit(name), name);
  }
});

test('numbers and units as people write them', () => {
  assert.deepEqual(['147.9362708646282', '2.20', '.5', '1e3', 'Neg', undefined, '12345.123456'].map(shownNumber),
    ['147.9', '2.20', '0.5', '1e3', 'Neg', '', '12345']);
  assert.deepEqual(['mm[Hg]', '10*3/uL', 'kg/m2', 'Cel', '[pH]', '/min', 'mmol/L', 'mL/min/{1.73_m2}'].map(shownUnit),
    ['mmHg', '10³/µL', 'kg/m²', '°C', '', '/min', 'mmol/L', 'mL/min/1.73 m²']);
});

test('a unit of nothing but braces does not hold up the page', () => {
  const started = performance.now();
  assert.equal(shownUnit('{'.repeat(200_000)).length, 200_000);
  assert.ok(performance.now() - started < 1000);
});

test('times of any precision compare, and ages are whole years', () => {
  assert.ok(moment('2015') < moment('2015-03') && moment('2015-03-02') < moment('2015-03-02T10:00:00+01:00'));
  assert.equal(moment('yesterday'), -Infinity);
  assert.deepEqual([age('1968-03-14', NOW), age('1968-12-14', NOW), age('1968', NOW), age('2999-01-01', NOW)], [58, 57, undefined, undefined]);
});

test('any narrative gives known nodes only', () => {
  const name = fc.constantFrom('p', 'table', 'tr', 'td', 'ul', 'li', 'script', 'a', 'b', 'svg', 'content', 'h1', 'caption', 'pre');
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ maxDepth: 4 }, fc.string().map((text) => text.replace(/[&<>]|\p{C}/gu, ' ')),
      fc.tuple(name, fc.array(tie('tree'), { maxLength: 4 })).map(([tag, inside]) => `<${tag} class="x" href="y">${inside.join('')}</${tag}>`)),
  }));
  fc.assert(fc.property(tree, (inside) => {
    checkNodes(resourceNarrative(`<div>${inside}</div>`));
    checkNodes(sectionNarrative(readTree(`<text>${inside}</text>`)));
  }), { numRuns: 200 });
});

test('sections of hostile titles are plain text', () => {
  const model = read(part(`<source id="s1" role="record">${section('<title>&lt;img src=x onerror=alert(1)&gt;</title><text>w</text>')}</source>`));
  assert.equal(sections(model)[0].title, '<img src=x onerror=alert(1)>');
});
