/** Helpers of the importer's tests: builders of small records, and an independent reader of partitions. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { SaxesParser } from 'saxes';

import { checkElement } from '../../static/js/crypto/document.js';
import { ImportRefused, importRecord } from '../../static/js/importer/index.js';

export const sample = (name) => readFileSync(new URL(`../samples/${name}`, import.meta.url));
export const octets = (text) => new TextEncoder().encode(text);
export const text = (bytes) => new TextDecoder('utf-8', { fatal: true }).decode(bytes);

/** Imports text (or octets, or a JSON value). */
export const take = (input) => importRecord(
  input instanceof Uint8Array ? input : octets(typeof input === 'string' ? input : JSON.stringify(input)));

/** Asserts that the input is refused, for this kind of reason, with a sentence. */
export async function refused(input, kind) {
  await assert.rejects(take(input), (error) => {
    assert.ok(error instanceof ImportRefused, `${error.stack}`);
    assert.equal(error.kind, kind, error.message);
    assert.match(error.message, /^[A-Z].+\. .+\.$/s);
    return true;
  });
}

/** Reads a partition with the seal's own check and a strict parser: {id, depth, sources, items}. Throws when it is not well formed. */
export function readPartition(bytes) {
  checkElement(bytes);
  const found = { id: '', depth: 0, sources: [], items: [], origin: {} };
  const open = [];
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => { throw error; });
  parser.on('doctype', () => assert.fail('a partition has a DOCTYPE'));
  parser.on('processinginstruction', () => assert.fail('a partition has a processing instruction'));
  parser.on('opentag', (tag) => {
    open.push(tag.local);
    found.depth = Math.max(found.depth, open.length);
    const attributes = Object.fromEntries(Object.values(tag.attributes).map(({ name, value }) => [name, value]));
    if (open.length === 1) {
      assert.equal(tag.uri, 'urn:sesphr:phr:1');
      found.id = attributes.id;
    } else if (open.length === 2 && tag.local === 'source') found.sources.push({ ...attributes, text: '', entry: '' });
    else if (open.length === 2 && tag.local === 'item') found.items.push(attributes);
    else if (open.length === 2) found.origin = attributes;
    else if (open.length === 3 && open[1] === 'source') describe(found.sources.at(-1), tag, attributes);
    else if (open.length === 3 && open[1] === 'item') found.items.at(-1)[tag.local] = attributes;
  });
  const keep = (piece) => {
    if (open.length === 3 && open[2] === 'resource') found.sources.at(-1).text += piece;
    if (open.length === 3 && open[2] === 'entry') found.sources.at(-1).entry += piece;
  };
  parser.on('text', keep);
  parser.on('cdata', keep);
  parser.on('closetag', () => open.pop());
  parser.write(text(bytes)).close();
  return found;
}

function describe(source, tag, attributes) {
  if (tag.local === 'resource') Object.assign(source, { type: attributes.type, resourceId: attributes.id, fullUrl: attributes.fullUrl });
  else if (tag.local !== 'entry') Object.assign(source, { element: tag.local, uri: tag.uri });
}

/** The partitions of a result, each read. */
export function readAll(result) {
  return Object.fromEntries(Object.entries(result.partitions).map(([name, bytes]) => {
    const read = readPartition(bytes);
    assert.equal(read.id, name);
    assert.ok(read.depth <= 64);
    return [name, read];
  }));
}

/** `Type/id` of the resources with this role in a partition. */
export const held = (partition, role) => (partition?.sources ?? [])
  .filter((source) => source.role === role).map((source) => `${source.type}/${source.resourceId}`);

export const bundle = (...resources) => ({ resourceType: 'Bundle', type: 'collection', entry: resources.map((resource) => ({ resource })) });

/** A small C-CDA document around sections. */
export function ccda(sections, { header = '', prolog = '', attributes = '', patient = '<recordTarget><patientRole><patient><name><given>Ada</given><family>Quill</family></name></patient></patientRole></recordTarget>' } = {}) {
  return `${prolog}<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:sdtc="urn:hl7-org:sdtc"${attributes}>`
    + `<title>Summary</title>${patient}${header}<component><structuredBody>${sections.map((each) => `<component>${each}</component>`).join('')}</structuredBody></component></ClinicalDocument>`;
}

export const section = (code, inner = '<text>none</text>') => `<section><code code="${code}" codeSystem="2.16.840.1.113883.6.1"/>${inner}</section>`;
