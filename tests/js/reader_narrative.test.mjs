/** Narrative that was written to run, to load and to hide: of each sample the reader gives words and known nodes. */

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';

import { resourceNarrative, sectionNarrative, words } from '../../static/js/reader/narrative.js';
import { read } from '../../static/js/reader/index.js';
import { sections } from '../../static/js/reader/sections.js';
import { factsIn, listOf } from '../../static/js/reader/summary.js';
import { readTree } from '../../static/js/reader/tree.js';
import { sample, take } from './importer_support.mjs';

const SAMPLES = readdirSync(new URL('../samples/narrative/', import.meta.url));
const TYPES = new Set(['group', 'paragraph', 'heading', 'list', 'item', 'table', 'caption', 'head', 'body', 'foot', 'row', 'cell', 'header',
  'strong', 'emphasis', 'underline', 'sub', 'sup', 'deleted', 'break', 'preformatted', 'picture']);
/** What a node has besides its kind and its children, and of which type. */
const MEMBERS = { ordered: 'boolean', columns: 'number', rows: 'number' };
const NOW = new Date('2026-11-20T12:00:00Z');
/** Several times what it takes on a busy machine; what grows with the square of its size takes minutes. */
const SECONDS = 15;
const ROWS = 20_000;

/** Known kinds, known members of their types, bounded spans, text; nothing else. */
function checkNodes(nodes) {
  for (const node of nodes) {
    if (typeof node === 'string') continue;
    const { type, children, ...rest } = node;
    assert.ok(TYPES.has(type), type);
    for (const [name, value] of Object.entries(rest)) {
      assert.ok(Object.hasOwn(MEMBERS, name), name);
      assert.ok(value === undefined || typeof value === MEMBERS[name], name);
      if (typeof value === 'number') assert.ok(value > 1 && value <= 100, `${value}`);
    }
    checkNodes(children);
  }
}

/** Sections and the sections inside. */
const flat = (found) => found.flatMap((each) => [each, ...flat(each.sections)]);

/** The sections of every part of a sample. */
async function sectionsOf(name) {
  const { partitions } = await take(sample(`narrative/${name}`));
  return Object.entries(partitions).flatMap(([part, octets]) => flat(sections(read(octets, part))));
}

/** Nodes of a kind, at any depth. */
const ofType = (nodes, type) => nodes.flatMap((node) => (typeof node === 'string' ? [] : [...(node.type === type ? [node] : []), ...ofType(node.children, type)]));

test('there is a C-CDA, a FHIR and a FHIR XML sample', () => {
  assert.deepEqual(SAMPLES.toSorted(), ['ccda_narrative.xml', 'fhir_narrative.json', 'fhir_narrative.xml']);
});

for (const name of SAMPLES) {
  test(`${name}: every section is known nodes and words`, async () => {
    const found = await sectionsOf(name);
    const spoken = found.filter(({ nodes }) => nodes.length);
    assert.ok(spoken.length > 0);
    for (const { nodes } of spoken) checkNodes(nodes);
  });

  test(`${name}: scripts, styles and templates are gone, the words beside them are there`, async () => {
    const found = (await sectionsOf(name)).filter(({ nodes }) => words(nodes).includes('plain words'));
    assert.ok(found.length > 0);
    for (const { nodes } of found) {
      const text = words(nodes);
      for (const gone of ['-script', '-svg-script', '-template', '-comment', '@import', 'evil.example', 'hostile-', 'javascript:']) {
        assert.ok(!text.includes(gone), gone);
      }
      for (const there of ['a script link', 'an outside link', 'drawn words', 'formula words', 'button words', 'frame words', 'folded words',
        'clobbering words', '<script>pwned("shown as words")</script>', '<img src=x onerror=pwned()>']) assert.ok(text.includes(there), there);
    }
  });
}

test('FHIR pictures are their words, C-CDA pictures a mark', async () => {
  const patient = (await sectionsOf('fhir_narrative.xml')).find(({ nodes }) => nodes.length);
  assert.deepEqual(ofType(patient.nodes, 'picture').map(({ children }) => children), [['an outside picture'], ['an inside picture'], ['a data picture']]);
  const found = (await sectionsOf('ccda_narrative.xml')).filter(({ copy }) => !copy);
  assert.deepEqual(found.flatMap(({ nodes }) => ofType(nodes, 'picture')), [{ type: 'picture', children: [] }]);
});

test('narratives with a DOCTYPE, unknown entities or broken markup are one text, unchanged', async () => {
  const found = (await sectionsOf('fhir_narrative.json')).filter(({ nodes }) => nodes[0]?.type === 'preformatted' && nodes.length === 1);
  const texts = found.map(({ nodes }) => nodes[0].children);
  for (const start of ['<!DOCTYPE div', '<div xmlns="http://www.w3.org/1999/xhtml" onclick="pwned()" style="position:fixed"><p>&unknown;', '<div><p onclick']) {
    assert.equal(texts.filter(([text]) => text.startsWith(start)).length, 1, start);
  }
});

test('names of allergies are the text they are', async () => {
  for (const name of SAMPLES) {
    const { partitions } = await take(sample(`narrative/${name}`));
    const records = [{ record: name, date: '2026-03-01', parts: new Map(Object.entries(partitions).map(([part, octets]) => [part, read(octets, part)])) }];
    const [row] = listOf(records, factsIn(records), 'allergy', NOW).rows;
    assert.match(row.fact.name, /^<img src=x onerror=pwned\(.*\)>(Penicillin|Latex)$/);
  }
});

test('a huge table stays a table, and is read in time', () => {
  const rows = '<tr onclick="pwned()"><td colspan="99999">a</td><td><script>pwned()</script>b</td></tr>'.repeat(ROWS);
  const started = performance.now();
  for (const nodes of [resourceNarrative(`<div><table>${rows}</table></div>`), sectionNarrative(readTree(`<text><table>${rows}</table></text>`))]) {
    checkNodes(nodes);
    assert.equal(ofType(nodes, 'row').length, ROWS);
    assert.equal(words(nodes), Array(ROWS).fill('a b').join(' '));
  }
  assert.ok(performance.now() - started < SECONDS * 1000);
});

test('nesting is followed to a bound; beyond it the text is shown as it stands', () => {
  const nested = (depth) => `<div>${'<b>'.repeat(depth)}deep words${'</b>'.repeat(depth)}</div>`;
  for (const depth of [10, 120, 200, 100_000]) {
    const nodes = resourceNarrative(nested(depth));
    checkNodes(nodes);
    assert.match(words(nodes), /deep words/);
    assert.equal(nodes[0].type === 'preformatted', depth > 126, `${depth}`);
  }
});
