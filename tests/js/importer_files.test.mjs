/** Files that are kept as they are: PDF, pictures, DICOM, and those that stand inside a record. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import { attachmentName, fromBase64 } from '../../static/js/importer/attachments.js';
import { importRecord } from '../../static/js/importer/index.js';
import { prepare } from '../../static/js/importer/plan.js';
import { bundle, ccda, octets, readAll, refused, sample, take, text } from './importer_support.mjs';

const latin = (written) => Uint8Array.from(Buffer.from(written, 'latin1'));
const hex = (bytes) => createHash('sha256').update(bytes).digest('hex');
const attachmentsIn = (bytes) => [...text(bytes).matchAll(/<attachment number="(\d+)" name="([^"]*)" type="([^"]*)" size="(\d+)" sha256="([0-9a-f]{64})"\/>/g)].map((found) => found.slice(1));

const PDF = latin('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n');
const LOCKED = latin('%PDF-1.4\ntrailer<</Root 1 0 R/Encrypt 5 0 R>>\nstartxref\n9\n%%EOF\n');
const FRAME = '\xff\xc0\0\x0b\x08\0\x10\0\x10\x01\x01\x11\0';
const SCAN = '\xff\xda\0\x08\x01\x01\0\0\x3f\0\x11\x22\xff\xd9';
const EXIF = (tag) => `\xff\xe1\0\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01${tag}\0\x04\0\0\0\x01\0\0\0\x1a\0\0\0\0`;
const JPEG = latin(`\xff\xd8${FRAME}${SCAN}`);
const PNG = latin('\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0\0\0\0\0\0\0\0\0IEND\xae\x42\x60\x82');
const DICOM = sample('dicom_CT_small.dcm');

const FILES = { pdf: [PDF, 'application/pdf'], jpeg: [JPEG, 'image/jpeg'], png: [PNG, 'image/png'], dicom: [DICOM, 'application/dicom'] };

for (const [format, [bytes, type]] of Object.entries(FILES)) {
  test(`${format}: octets or a Blob, it is one document with the file beside it`, async () => {
    for (const content of [Uint8Array.from(bytes), new Blob([bytes])]) {
      const found = await importRecord(content, { name: 'scan.bin' });
      assert.deepEqual([found.format, found.counts], [format, { medical: { document: 1 } }]);
      assert.deepEqual(attachmentsIn(found.partitions.medical), [['1', 'scan.bin', type, String(bytes.length), hex(bytes)]]);
      const [file] = found.attachments.medical;
      assert.equal(file.content, content);
      assert.equal(file.sha256, hex(bytes));
      assert.equal(readAll(found).medical.items[0].source, 's1');
    }
  });

  test(`${format}: whatever it is cut to, it is taken or refused in words`, async () => {
    for (let length = 0; length < Math.min(bytes.length, 400); length += 3) {
      const cut = Uint8Array.from(bytes.subarray(0, length));
      await importRecord(cut).then(({ format: kind }) => assert.equal(kind, format), (error) => assert.match(error.message, /^[A-Z].+\.$/s));
    }
  });
}

test('files that only begin like one', async () => {
  await refused(latin('%PDF-1.7\n'), 'pdf');
  await refused(latin('%PDF-1.7\n<html>Sign in first</html>'), 'pdf');
  await refused(latin('\xff\xd8\xff\xe0'), 'jpeg');
  await refused(latin(`\xff\xd8${FRAME}`), 'jpeg');
  await refused(latin(`\xff\xd8${SCAN}`), 'jpeg');
  await refused(PNG.subarray(0, 30), 'png');
  await refused(latin('\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0\0\0\0\x01\x08\0\0\0\0\0\0\0\0IEND'), 'png');
  await refused(latin(`${'\0'.repeat(128)}DICM`), 'dicom');
  await refused(DICOM.subarray(0, 300), 'dicom');
  await refused(DICOM.subarray(0, DICOM.length - 1000), 'dicom');
});

test('what a file tells besides is said', async () => {
  const said = async (bytes) => (await importRecord(bytes)).warnings.join();
  assert.match(await said(LOCKED), /encrypted/);
  assert.equal(await said(PDF), '');
  assert.match(await said(latin(`\xff\xd8${EXIF('\x88\x25')}${FRAME}${SCAN}`)), /where it was taken/);
  assert.equal(await said(latin(`\xff\xd8${EXIF('\x01\x12')}${FRAME}${SCAN}`)), '');
  assert.equal(await said(latin(`\xff\xd8\xff\xe1\0\x10Exif\0\0MM\0\x2a\xff\xff\xff\xff${FRAME}${SCAN}`)), '');
  assert.match(await said(DICOM), /names the patient/);
  const exif = (tag) => latin(`${Buffer.from(PNG.subarray(0, 33)).toString('latin1')}\0\0\0\x1aeXIfMM\0\x2a\0\0\0\x08\0\x01${tag}\0\x04\0\0\0\x01\0\0\0\x1a\0\0\0\0\0\0\0\0IEND`);
  assert.match(await said(exif('\x88\x25')), /where it was taken/);
  assert.equal(await said(exif('\x01\x12')), '');
});

test('a DICOM header becomes an item', async () => {
  const [item] = readAll(await importRecord(DICOM)).medical.items;
  assert.deepEqual([item.date, item.code.value, item.code.display], ['2004-01-19', 'CT', 'e+1']);
});

test('a file goes where its owner moves it, and nowhere else', async () => {
  const plan = await prepare(new Blob([PDF]), { name: 'letter.pdf' });
  const [{ id }] = plan.units;
  const { partitions, attachments } = plan.result({ moves: new Map([[id, 'insurance']]) });
  assert.deepEqual([Object.keys(partitions), Object.keys(attachments)], [['insurance'], ['insurance']]);
  assert.equal(plan.units[0].title, 'letter.pdf');
});

test('only what is needed of a large file is read', async () => {
  const large = new Blob([PDF.subarray(0, 9), new Uint8Array(80 * 1024 * 1024), PDF.subarray(9)]);
  const [file] = (await importRecord(large)).attachments.medical;
  assert.equal(file.size, large.size);
  assert.equal(file.content, large);
});

test('names are names, and nothing but', () => {
  const named = (name, type = 'application/pdf') => attachmentName(name, type);
  assert.equal(named('../../etc/passwd.pdf'), 'passwd.pdf');
  assert.equal(named('C:\\scans\\knee.pdf'), 'knee.pdf');
  assert.equal(named('gnp.\u202efdp.exe'), 'gnp.fdp.exe');
  assert.equal(named('a\0b\nc.pdf'), 'abc.pdf');
  for (const none of [undefined, '', '..', '/', '\u202e', ' . ']) assert.match(named(none), /^document\.pdf$|^\.?pdf$/);
  assert.equal(named('Röntgen'), 'Röntgen.pdf');
  assert.equal([...named(`${'x'.repeat(500)}.pdf`)].length, 120);
  assert.match(named(`${'x'.repeat(500)}.pdf`), /x\.pdf$/);
  assert.equal(named('x', 'application/x-unknown'), 'x.bin');
});

test('base64 that says one thing only', () => {
  assert.deepEqual(fromBase64('JVBE\r\nRi0='), latin('%PDF-'));
  for (const lie of ['', 'JVBERi0', 'JVBERi0==', 'JVBE=Ri0', 'JVBERi1=', 'JVBE-_==', 'data:,x', '====', '%%%%']) assert.equal(fromBase64(lie), undefined, lie);
});

const inline = (data, more = {}) => ({ resourceType: 'DocumentReference', id: 'd', status: 'current', content: [{ attachment: { contentType: 'application/pdf; x=1', title: 'Letter', data, ...more } }] });
const encoded = Buffer.from(PDF).toString('base64');

test('a file inside a FHIR resource opens, and the resource stays as it was', async () => {
  const found = await take(bundle(inline(encoded)));
  assert.deepEqual(attachmentsIn(found.partitions.medical), [['1', 'Letter.pdf', 'application/pdf', String(PDF.length), hex(PDF)]]);
  assert.deepEqual(found.attachments.medical[0].content, PDF);
  assert.deepEqual(JSON.parse(readAll(found).medical.sources[0].text), inline(encoded));
});

test('a Binary goes with every partition that refers to it', async () => {
  const binary = { resourceType: 'Binary', id: 'b', contentType: 'image/png', data: Buffer.from(PNG).toString('base64') };
  const referring = { resourceType: 'DocumentReference', id: 'd', status: 'current', content: [{ attachment: { url: 'Binary/b' } }] };
  const insurer = { ...referring, id: 'e', type: { coding: [{ system: 'http://loinc.org', code: '48768-6' }] } };
  const found = await take(bundle(referring, insurer, binary));
  assert.deepEqual(Object.keys(found.attachments), ['medical', 'insurance']);
  for (const name of ['medical', 'insurance']) assert.equal(attachmentsIn(found.partitions[name])[0][4], hex(PNG));
});

test('what is no file is left where it is, and said', async () => {
  const lies = await take(bundle(inline('JVBERi1=')));
  assert.deepEqual(lies.attachments, {});
  assert.match(lies.warnings.join(), /not valid base64/);
  const words = await take(bundle(inline('aGVsbG8=', { contentType: 'text/plain' })));
  assert.deepEqual([words.attachments, words.warnings], [{}, []]);
  const many = await take(bundle(...Array.from({ length: 203 }, (_, index) => ({ ...inline(encoded), id: `d${index}` }))));
  assert.equal(many.attachments.medical.length, 200);
  assert.deepEqual(attachmentsIn(many.partitions.medical).map(([number]) => Number(number)), Array.from({ length: 200 }, (_, index) => index + 1));
  assert.match(many.warnings.join(), /^3 more files/);
});

test('hostile shapes of FHIR hold no file and break nothing', async () => {
  for (const content of [7, null, [null], [{ attachment: [] }], [{ attachment: { data: 7 } }], { attachment: { data: {} } }]) {
    assert.deepEqual((await take(bundle({ resourceType: 'DocumentReference', status: 'current', content }))).attachments, {});
  }
});

const unstructured = (inner) => ccda([]).replace(/<structuredBody>.*<\/structuredBody>/, `<nonXMLBody>${inner}</nonXMLBody>`);

test('the file of an unstructured document opens', async () => {
  const found = await take(unstructured(`<text mediaType="application/pdf" representation="B64">${encoded.replace(/(.{20})/g, '$1\n')}</text>`));
  assert.deepEqual(attachmentsIn(found.partitions.medical), [['1', 'Summary.pdf', 'application/pdf', String(PDF.length), hex(PDF)]]);
  assert.deepEqual(found.attachments.medical[0].content, PDF);
  assert.ok(text(found.partitions.medical).includes(encoded.slice(0, 20)));
});

test('an unstructured document whose base64 lies is kept, and that is said', async () => {
  const found = await take(unstructured('<text mediaType="application/pdf" representation="B64">JVBERi1=</text>'));
  assert.deepEqual(found.attachments, {});
  assert.match(found.warnings.join(), /not valid base64/);
  assert.deepEqual((await take(unstructured('<text>Plain words</text>'))).attachments, {});
});

test('an import of a file can be cancelled', async () => {
  const signal = AbortSignal.abort(new Error('stop'));
  await assert.rejects(prepare(new Blob([octets('%PDF-1.4 %%EOF')]), { signal }), /stop/);
});
