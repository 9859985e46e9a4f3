/** Files of a part as the reader tells of them, and what is drawn of DICOM and pictures: whole, broken and hostile. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import fc from 'fast-check';

import { NoDicom, readDicom } from '../../static/js/reader/dicom.js';
import { read } from '../../static/js/reader/index.js';
import { kindOf, pictureSize } from '../../static/js/reader/pictures.js';
import { rawText, rawTitles, sections } from '../../static/js/reader/sections.js';
import { eventsOf, factsIn } from '../../static/js/reader/summary.js';

const octets = (text) => new TextEncoder().encode(text);
const CT = new Uint8Array(readFileSync(new URL('../samples/dicom_CT_small.dcm', import.meta.url)));
const SHA = 'ab'.repeat(32);
const part = (inside) => read(octets(`<partition xmlns="urn:sesphr:phr:1" id="medical" version="1"><origin format="pdf"/>${inside}</partition>`), 'medical');
const file = (id, attributes) => `<source id="${id}" role="record"><attachment ${attributes}/></source>`;
const good = `number="1" name="scan.pdf" type="application/PDF" size="12345" sha256="${SHA}"`;

test('a file is the document that its item speaks of, and without one a document under its own name', () => {
  const [told] = part(`<item id="i1" kind="document" source="s1" date="2024-03-01"><code display="Letter of discharge"/></item>${file('s1', good)}`).facts;
  assert.deepEqual(told.attachment, { number: 1, name: 'scan.pdf', type: 'application/pdf', size: 12345, sha256: SHA });
  assert.deepEqual([told.kind, told.name, told.date], ['document', 'Letter of discharge', '2024-03-01']);
  const [bare] = part(file('s1', good)).facts;
  assert.deepEqual([bare.kind, bare.name, bare.attachment.number], ['document', 'scan.pdf', 1]);
});

test('two files of one name are two, the same file in two records is one, and none is shown as text', () => {
  const inside = file('s1', good) + file('s2', good.replace('number="1"', 'number="2"').replace(SHA, 'cd'.repeat(32)));
  const model = part(inside);
  const records = ['r1', 'r2'].map((record) => ({ record, date: '2024-01-01', parts: new Map([['medical', model]]) }));
  assert.equal(eventsOf(factsIn(records.slice(0, 1)), 'document').length, 2);
  assert.deepEqual(rawTitles(model), []);
  assert.equal(sections(model)[0].facts.length, 2);
});

test('what does not say which file it is, is none', () => {
  const bad = ['number="0"', 'number="-1"', 'number="1.5"', 'number="1e400"', 'number=""', 'size="-1"', 'size="x"', 'size=""', 'sha256="AB"', `sha256="${SHA}00"`];
  for (const one of bad) {
    const [name] = one.split('=');
    const inside = file('s1', good.replace(new RegExp(`${name}="[^"]*"`), one));
    assert.equal(part(inside).sources[0].attachment, undefined, one);
  }
});

test('the sample is a picture of 128 by 128 with the window of its file, and no name', () => {
  const shown = readDicom(CT);
  assert.equal(shown.why, undefined);
  assert.deepEqual([shown.frame.width, shown.frame.height, shown.frame.pixels.length], [128, 128, 128 * 128 * 4]);
  assert.ok(new Set(shown.frame.pixels).size > 100);
  assert.deepEqual(shown.facts.find(({ field }) => field === 'date'), { field: 'date', value: '2004-01-19' });
  assert.ok(!JSON.stringify(shown.facts).match(/CompressedSamples|1CT1/));
});

/** A DICOM file of these elements, [group, element, VR, octets], in explicit little endian. */
function made(elements, syntax = '1.2.840.10008.1.2.1') {
  const element = ([group, number, vr, value]) => {
    const body = typeof value === 'string' ? octets(value.length % 2 ? `${value} ` : value)
      : typeof value === 'number' ? Uint8Array.of(value & 255, value >> 8) : value;
    const long = ['OB', 'OW', 'SQ', 'UN'].includes(vr);
    const head = Buffer.alloc(long ? 12 : 8);
    head.writeUInt16LE(group, 0);
    head.writeUInt16LE(number, 2);
    head.write(vr, 4, 'latin1');
    if (long) head.writeUInt32LE(body.undefinedLength ? 0xffffffff : body.length, 8);
    else head.writeUInt16LE(body.length, 6);
    return Buffer.concat([head, body]);
  };
  const meta = element([2, 0x10, 'UI', syntax.length % 2 ? `${syntax}\0` : syntax]);
  return new Uint8Array(Buffer.concat([Buffer.alloc(128), octets('DICM'), element([2, 0, 'UL', new Uint8Array(new Uint32Array([meta.length]).buffer)]), meta, ...elements.map(element)]));
}

/** What a picture needs to be drawn. */
const image = (more = {}) => {
  const { rows = 2, columns = 2, bits = 8, stored = bits, signed = 0, samples = 1, colours = 'MONOCHROME2', planar, pixels = Uint8Array.of(0, 50, 100, 200), window, extra = [] } = more;
  return [
    [0x28, 2, 'US', samples], [0x28, 4, 'CS', colours], ...(planar === undefined ? [] : [[0x28, 6, 'US', planar]]),
    [0x28, 0x10, 'US', rows], [0x28, 0x11, 'US', columns], [0x28, 0x100, 'US', bits], [0x28, 0x101, 'US', stored], [0x28, 0x103, 'US', signed],
    ...(window ? [[0x28, 0x1050, 'DS', window[0]], [0x28, 0x1051, 'DS', window[1]]] : []), ...extra, [0x7fe0, 0x10, bits === 16 ? 'OW' : 'OB', pixels],
  ];
};
const greys = ({ frame }) => [...frame.pixels].filter((_, i) => i % 4 === 0);

test('grey values are stretched over what occurs, or over the window; MONOCHROME1 is the other way round', () => {
  assert.deepEqual(greys(readDicom(made(image()))), [0, 64, 128, 255]);
  assert.deepEqual(greys(readDicom(made(image({ colours: 'MONOCHROME1' })))), [255, 191, 128, 0]);
  assert.deepEqual(greys(readDicom(made(image({ window: ['51', '101'] })))), [0, 126, 254, 255]);
  assert.deepEqual(greys(readDicom(made(image({ pixels: Uint8Array.of(7, 7, 7, 7) })))), [0, 0, 0, 0]);
});

test('sixteen bits, signed, with bits that mean nothing above them', () => {
  const values = (list) => new Uint8Array(new Uint16Array(list).buffer);
  assert.deepEqual(greys(readDicom(made(image({ bits: 16, pixels: values([0, 1000, 2000, 4000]) })))), [0, 64, 128, 255]);
  assert.deepEqual(greys(readDicom(made(image({ bits: 16, signed: 1, pixels: values([65536 - 2000, 65536 - 1000, 0, 2000]) })))), [0, 64, 128, 255]);
  assert.deepEqual(greys(readDicom(made(image({ bits: 16, stored: 12, pixels: values([0xf000, 0xf3e8, 0x07d0, 0x0fa0]) })))), [0, 64, 128, 255]);
  assert.deepEqual(greys(readDicom(made(image({ bits: 16, stored: 12, signed: 1, pixels: values([0x0830, 0x0c18, 0, 0x07d0]) })))), [0, 64, 128, 255]);
});

test('colours lie pixel by pixel or plane by plane', () => {
  const rgb = [1, 2, 3, 4, 5, 6];
  for (const [planar, pixels] of [[0, rgb], [1, [1, 4, 2, 5, 3, 6]]]) {
    const { frame } = readDicom(made(image({ rows: 1, samples: 3, colours: 'RGB', planar, pixels: Uint8Array.from(pixels) })));
    assert.deepEqual([...frame.pixels], [1, 2, 3, 255, 4, 5, 6, 255]);
  }
});

test('what is not drawn is named, and its header is told all the same', () => {
  const why = (elements, syntax) => readDicom(made([[8, 0x60, 'CS', 'CT'], ...elements], syntax));
  for (const [word, elements, syntax] of [
    ['no-picture', []], ['syntax', image(), '1.2.840.10008.1.2.4.90'], ['colours', image({ colours: 'PALETTE COLOR' })], ['colours', image({ bits: 32 })],
    ['colours', image({ stored: 9 })], ['broken', image({ rows: 3 })], ['broken', image({ rows: 0 })], ['large', image({ rows: 65535, columns: 65535 })],
    ['broken', image(), '1.2.840.10008.1.2.4.50'],
  ]) {
    const shown = why(elements, syntax);
    assert.equal(shown.why, word);
    assert.deepEqual(shown.facts[0], { field: 'modality', value: 'CT' });
    assert.equal(shown.frame, undefined);
  }
  assert.equal(readDicom(made(image(), '1.2.840.10008.1.2.1.99')).why, 'syntax');
});

test('the first JPEG of a compressed picture is given as it is', () => {
  const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 1, 2, 0xff, 0xd9);
  const item = (body) => Buffer.concat([Buffer.from([0xfe, 0xff, 0x00, 0xe0]), Buffer.from(new Uint32Array([body.length]).buffer), body]);
  const pixels = Object.assign(Buffer.concat([item(Buffer.alloc(0)), item(jpeg), Buffer.from([0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0])]), { undefinedLength: true });
  assert.deepEqual(readDicom(made(image({ pixels }), '1.2.840.10008.1.2.4.50')).jpeg, jpeg);
});

test('text of the header is in the characters of the file, without controls, and one of many values', () => {
  const told = (set, value) => readDicom(made([[8, 5, 'CS', set], [8, 0x1030, 'LO', value]])).facts.find(({ field }) => field === 'study')?.value;
  assert.equal(told('ISO_IR 192', octets('Schädel ')), 'Schädel');
  assert.equal(told('ISO_IR 100', Uint8Array.of(0x53, 0x63, 0x68, 0xe4, 0x64, 0x20)), 'Schäd');
  assert.equal(told('ISO_IR 999', octets('one\\two')), 'one');
  assert.equal(told('', Uint8Array.of(0x1b, 0x41)), 'A');
});

test('anything else is refused, and no octet of a file makes it hang or crash', () => {
  for (const bad of [new Uint8Array(0), octets('DICM'), new Uint8Array(200), CT.subarray(0, 133), octets('<xml/>')]) assert.throws(() => readDicom(bad), NoDicom);
  const whole = (change) => {
    try {
      const { facts } = readDicom(change);
      assert.ok(Array.isArray(facts));
    } catch (error) {
      assert.ok(error instanceof NoDicom, String(error.stack));
    }
  };
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat(6000), fc.nat(255)), { minLength: 1, maxLength: 8 }), fc.nat(CT.length), (changes, length) => {
    const changed = CT.slice(0, Math.max(length, 200));
    for (const [at, value] of changes) changed[128 + at] = value;
    whole(changed);
  }), { numRuns: 300 });
});

test('a kind is seen by content, wherever names point', () => {
  assert.equal(kindOf(CT), 'dicom');
  assert.equal(kindOf(octets('%PDF-1.7')), 'pdf');
  assert.equal(kindOf(octets(`${' '.repeat(1000)}%PDF-1.7`)), 'pdf');
  assert.equal(kindOf(octets(`${' '.repeat(1100)}%PDF-1.7`)), 'other');
  assert.equal(kindOf(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)), 'picture');
  for (const other of ['', '<svg/>', 'GIF89a', '%PD', 'PK\x03\x04']) assert.equal(kindOf(octets(other)), 'other');
});

test('the size of a picture is known before it is decoded, and nonsense has none', () => {
  const png = (width, height) => {
    const made = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]), Buffer.from('IHDR'), Buffer.alloc(8)]);
    made.writeUInt32BE(width, 16);
    made.writeUInt32BE(height, 20);
    return new Uint8Array(made);
  };
  assert.deepEqual(pictureSize(png(1e9, 1e9)), { width: 1e9, height: 1e9 });
  assert.equal(pictureSize(png(1, 1).subarray(0, 20)), null);
  const jpeg = (...segments) => Uint8Array.from([0xff, 0xd8, ...segments.flat(), ...Array(12).fill(0)]);
  const frame = [0xff, 0xc2, 0, 17, 8, 0, 200, 1, 64, 3];
  assert.deepEqual(pictureSize(jpeg([0xff, 0xe1, 0, 4, 9, 9], [0xff, 0xff, 0xc4, 0, 2], frame)), { width: 320, height: 200 });
  for (const bad of [jpeg([0xff, 0xda, 0, 2]), jpeg([0x00]), jpeg([0xff, 0xe1, 0xff, 0xff])]) assert.equal(pictureSize(bad), null);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => {
    pictureSize(Uint8Array.from([0xff, 0xd8, 0xff, ...noise]));
    pictureSize(Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...noise]));
  }));
});
