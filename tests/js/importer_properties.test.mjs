/** Properties over generated files: nothing is lost silently, nothing is changed. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import table from '../../static/js/importer/maps/fhir_r4_partition.json' with { type: 'json' };
import { elementSpans, JsonNumber, memberSpans, readJson } from '../../static/js/importer/json.js';
import { ImportRefused } from '../../static/js/importer/index.js';
import { ccda, octets, readAll, sample, take, text } from './importer_support.mjs';

fc.configureGlobal({ seed: 20180611, numRuns: 200 });

const plain = (value) => JSON.parse(JSON.stringify(value, (_, each) => (each instanceof JsonNumber ? Number(each.text) : each)));
const anyJson = fc.jsonValue({ maxDepth: 6, stringUnit: 'binary' })
  .filter((value) => !JSON.stringify(value).includes('__proto__') && !/\\ud[89a-f]/i.test(JSON.stringify(value)));

test('what JSON.parse reads is read to the same value', () => {
  fc.assert(fc.property(anyJson, fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
    const written = JSON.stringify(value, null, indent);
    assert.deepEqual(plain(readJson(written).value), JSON.parse(written));
  }));
});

test('what JSON.parse refuses is refused', () => {
  const broken = fc.tuple(anyJson, fc.nat(), fc.string({ unit: fc.constantFrom('{', '}', '"', ',', ':', '1', '\\', ' ', 'e', '-', '.', '[', ']') }))
    .map(([value, at, extra]) => {
      const written = JSON.stringify(value);
      return written.slice(0, at % (written.length + 1)) + extra + written.slice((at % (written.length + 1)) + extra.length);
    });
  fc.assert(fc.property(broken, (written) => {
    let valid = true;
    try { JSON.parse(written); } catch { valid = false; }
    if (!valid) assert.throws(() => readJson(written), ImportRefused);
  }), { numRuns: 1000 });
});

test('spans are exactly the members and elements', () => {
  const spaces = fc.constantFrom('', ' ', '\n\t', '\r\n');
  fc.assert(fc.property(fc.dictionary(fc.string(), anyJson), fc.array(anyJson), spaces, (object, list, space) => {
    const inner = Object.entries(object).filter(([name]) => name !== '__proto__')
      .map(([name, value]) => `${space}${JSON.stringify(name)}${space}:${space}${JSON.stringify(value)}${space}`).join(',');
    const written = `{${inner}${space}}`;
    const members = memberSpans(written, 0).map(({ name, from, end }) => [name, JSON.parse(written.slice(from, end))]);
    assert.deepEqual(members, Object.entries(JSON.parse(written)).length ? entriesInOrder(written) : []);
    const array = `[${list.map((each) => `${space}${JSON.stringify(each)}${space}`).join(',')}${space}]`;
    assert.deepEqual(elementSpans(array, 0).map((span) => JSON.parse(array.slice(...span))), JSON.parse(array));
  }));
});

/** The members as written: Object.entries would put names that look like numbers first. */
function entriesInOrder(written) {
  const { value } = readJson(written);
  return memberSpans(written, 0).map(({ name }) => [name, plain(value)[name]]);
}

const types = Object.keys(table).filter((type) => !['Bundle', 'Parameters', 'OperationOutcome', 'MessageHeader'].includes(type));
const resource = fc.record({
  type: fc.constantFrom(...types, 'Unheard'), text: fc.string({ unit: 'binary' }), refers: fc.array(fc.nat(30), { maxLength: 3 }), wrapped: fc.boolean(),
});

test('every resource is placed as it was, or named in a warning', async () => {
  await fc.assert(fc.asyncProperty(fc.array(resource, { minLength: 1, maxLength: 30 }), async (made) => {
    const resources = made.map(({ type, text: words, refers }, index) => ({
      resourceType: type, id: `r${index}`, words: words.replace(/[\ufffe\uffff]|\p{Surrogate}/gu, ''),
      refers: refers.filter((to) => to < made.length).map((to) => ({ reference: `${made[to].type}/r${to}` })),
    }));
    const entry = resources.map((each, index) => ({ resource: made[index].wrapped ? { resourceType: 'Bundle', entry: [{ resource: each }] } : each }));
    entry.push({ resource: { resourceType: 'Flag', id: 'anchor' } });
    const written = JSON.stringify({ resourceType: 'Bundle', entry }, null, 1);
    const result = await take(written);
    const sources = Object.values(readAll(result)).flatMap((read) => read.sources);
    for (const each of resources) checkKept(each, sources, result.warnings, written);
  }), { numRuns: 100 });
});

/** Asserts that a resource stands somewhere in the text that it had, or that a warning names it. */
function checkKept(each, sources, warnings, written) {
  const copies = sources.filter(({ resourceId }) => resourceId === each.id);
  for (const copy of copies) {
    assert.ok(written.includes(copy.text));
    assert.deepEqual(JSON.parse(copy.text), each);
  }
  const named = warnings.some((warning) => warning.includes(`${each.resourceType}/${each.id}`));
  assert.ok(copies.length > 0 !== named, `${each.resourceType}/${each.id}`);
}

test('no partition holds words of a resource that it does not hold', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.constantFrom(...types), { minLength: 1, maxLength: 20 }), async (made) => {
    const entry = made.map((type, index) => ({ resource: { resourceType: type, id: `r${index}`, words: `CANARY${index}X` } }));
    const result = await take({ resourceType: 'Bundle', entry: [...entry, { resource: { resourceType: 'Flag' } }] });
    for (const [name, bytes] of Object.entries(result.partitions)) {
      made.forEach((type, index) => {
        const { partition, copy = [] } = table[type];
        const holds = [partition, ...copy].includes(name);
        if (!['Consent', 'DocumentReference', 'Contract'].includes(type)) assert.equal(text(bytes).includes(`CANARY${index}X`), holds);
      });
    }
  }), { numRuns: 100 });
});

const CODES = { '11450-4': 'medical', '10160-0': 'prescription', '48768-6': 'insurance', '57017-6': 'personal', local: 'medical' };
const sectionTree = fc.letrec((tie) => ({
  node: fc.record({ code: fc.constantFrom(...Object.keys(CODES)), inner: fc.oneof({ depthSize: 'small' }, fc.constant([]), fc.array(tie('node'), { maxLength: 3 })) }),
})).node;

test('each section of a tree stands in its own partition and in no other', async () => {
  await fc.assert(fc.asyncProperty(fc.array(sectionTree, { minLength: 1, maxLength: 4 }), async (trees) => {
    const words = new Map();
    const write = ({ code, inner }, around) => {
      const partition = code === 'local' ? around : CODES[code];
      const word = `WORD${words.size}X`;
      words.set(word, partition);
      return `<section><code code="${code}"/><text>${word}<![CDATA[<&]]>&amp;</text>${inner.map((each) => `<component>${write(each, partition)}</component>`).join('')}</section>`;
    };
    const result = await take(ccda(trees.map((each) => write(each, 'medical'))));
    readAll(result);
    for (const [word, partition] of words) {
      const places = Object.entries(result.partitions).filter(([, bytes]) => text(bytes).includes(word)).map(([name]) => name);
      assert.deepEqual(places, [partition], word);
    }
  }), { numRuns: 100 });
});

for (const name of ['ccda_ccd_hl7_small.xml', 'ips_ig_bundle01.json']) {
  test(`${name}: any change of octets is refused or gives well-formed partitions`, async () => {
    const whole = sample(name);
    const change = fc.tuple(fc.nat(whole.length - 1), fc.uint8Array({ maxLength: 8 }), fc.boolean());
    await fc.assert(fc.asyncProperty(change, async ([at, put, cut]) => {
      const rest = cut ? [] : whole.subarray(at + put.length);
      const changed = Uint8Array.from([...whole.subarray(0, at), ...put, ...rest]);
      try {
        readAll(await take(changed));
      } catch (error) {
        assert.ok(error instanceof ImportRefused, error.stack);
      }
    }), { numRuns: 60 });
  });
}

test('a document cut anywhere inside its root is refused', async () => {
  const whole = ccda(['<section><code code="11450-4"/><text>a &lt; b</text></section>']);
  for (let at = 1; at < whole.length; at += 1) await assert.rejects(take(octets(whole.slice(0, at))), ImportRefused);
});
