/**
 * What a FHIR R4 file may be: JSON, XML, or SMART Health Cards, which hold JSON.
 *
 * Each form is taken apart by its own module; what comes of it is one list of
 * resources, which fhir.js splits.
 */

import { BY_HAND } from './by_hand.js';
import { FhirSplit } from './fhir.js';
import { checkVersion } from './fhir_rules.js';
import { isObject, textual, Unwrapped } from './fhir_unwrap.js';
import { fhirValue } from './fhir_xml.js';
import { XmlUnwrapped } from './fhir_xml_unwrap.js';
import { readJson } from './json.js';
import { refuse } from './refused.js';
import { cardsIn, payloadsOf, readCard } from './shc.js';

/** @typedef {import('./fhir_unwrap.js').Unwrapping} Unwrapping */
/** @typedef {import('./units.js').Split} Split */
/** @typedef {(done: number) => Promise<void>} Pause */

/** @param {string} text */
function checkCharacters(text) {
  if (/[\ufffe\uffff]/.test(text)) throw refuse('json', 'json-character');
}

/** @param {Unwrapping} unwrapped @param {string} format @param {any} root what the file's outermost resource says */
function splitOf(unwrapped, format, root) {
  for (const resource of unwrapped.resources) checkVersion(resource.value);
  return new FhirSplit(unwrapped, {
    format, type: textual(root.type) ?? root.resourceType, date: textual(root.timestamp),
  });
}

/** @param {any} value what the file holds @returns {boolean} whether its patient typed it on the page for that */
function byHand(value) {
  return value.resourceType === 'Bundle' && textual(value.meta?.source) === BY_HAND;
}

/**
 * @param {string} text of a JSON file: a resource, a card's payload, or signed cards
 * @param {Pause} pause
 * @returns {Promise<Split>}
 */
export async function splitJson(text, pause) {
  checkCharacters(text);
  const { value, spans } = readJson(text);
  await pause(0.5);
  if (isObject(value) && Array.isArray(value.verifiableCredential)) return splitPayloads(await payloadsOf(value.verifiableCredential), pause);
  if (isObject(value) && isObject(value.vc)) return splitPayloads([text], pause);
  if (!spans.has(value)) throw refuse('json', 'json-kind');
  const unwrapped = new Unwrapped(text, spans);
  unwrapped.take(value);
  const split = splitOf(unwrapped, byHand(value) ? 'hand-entry' : 'fhir-r4', value);
  await pause(0.8);
  return split;
}

/**
 * @param {string} text of the file
 * @param {{root: import('./xml.js').Element, instructions: import('./xml.js').Instruction[]}} read of it
 * @returns {Split}
 */
export function splitFhirXml(text, { root, instructions }) {
  const unwrapped = new XmlUnwrapped(text, instructions);
  unwrapped.take(root);
  return splitOf(unwrapped, 'fhir-r4-xml', fhirValue(root, { omit: 'entry' }));
}

/**
 * @param {string} text of signed cards, or of their QR codes
 * @param {Pause} pause
 * @returns {Promise<Split>}
 */
export async function splitCards(text, pause) {
  return splitPayloads(await payloadsOf(cardsIn(text)), pause);
}

/** @param {string} text of one payload @param {string} scope @returns {{unwrapped: Unwrapped, bundle: any}} */
function unwrapPayload(text, scope) {
  checkCharacters(text);
  const { value, spans } = readCard(text);
  const bundle = isObject(value.vc) && isObject(value.vc.credentialSubject) ? value.vc.credentialSubject.fhirBundle : undefined;
  if (!isObject(bundle) || !spans.has(bundle)) throw refuse('shc', 'shc-broken');
  const unwrapped = new Unwrapped(text, spans, scope);
  unwrapped.take(bundle);
  return { unwrapped, bundle };
}

/**
 * Every card numbers its resources `resource:0`, `resource:1`: of several, each gets a scope of its own.
 *
 * @param {string[]} texts of payloads @param {Pause} pause
 */
async function splitPayloads(texts, pause) {
  if (!texts.length) throw refuse('shc', 'shc-broken');
  const found = texts.map((text, index) => unwrapPayload(text, texts.length > 1 ? `card:${index + 1}#` : ''));
  const all = found.map(({ unwrapped }) => unwrapped);
  await pause(0.7);
  return splitOf({
    resources: all.flatMap(({ resources }) => resources).map((each, index) => ({ ...each, number: index + 1 })),
    envelopes: all.flatMap(({ envelopes }) => envelopes), empty: sum(all.map(({ empty }) => empty)),
    untyped: sum(all.map(({ untyped }) => untyped)), dropped: { size: 0 }, cards: texts.length,
  }, 'smart-health-card', found[0].bundle);
}

/** @param {number[]} numbers */
function sum(numbers) {
  return numbers.reduce((a, b) => a + b, 0);
}
