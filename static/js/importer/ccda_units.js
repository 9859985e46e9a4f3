/**
 * What a page shows of the units of a C-CDA document: header parts and sections.
 *
 * Everything is in the document's own words; what it does not say is left out.
 */

import { isoDate } from './ccda_items.js';
import { all, attribute, elementsOf, first, textOf } from './xml.js';

/** @typedef {import('./xml.js').Element} Element */
/** @typedef {import('./units.js').About} About */
/** @typedef {import('./partition.js').Item} Item */

const MAX_TEXT = 200;
const MOST_NAMES = 200;

/** Header parts that say something of a person, and can be moved. @type {Record<string, string>} */
const KINDS = { participant: 'contact', informant: 'relative', authorization: 'consent' };

/** @param {Element | undefined} holder of a name @returns {string} */
function nameIn(holder) {
  return textOf(first(holder, 'name')).slice(0, MAX_TEXT);
}

/** @param {Element} part @returns {Element | undefined} the entity that plays a part */
function entityOf(part) {
  return elementsOf(part).find(({ local }) => /^(associated|related|assigned)Entity$/.test(local));
}

/** @param {Element} recordTarget @returns {About} */
export function aboutPatient(recordTarget) {
  const patient = first(recordTarget, 'patientRole/patient');
  return {
    kind: 'patient', type: 'recordTarget', text: nameIn(patient), names: [], items: 1,
    date: isoDate(attribute(first(patient, 'birthTime'), 'value')),
  };
}

/** @param {Element} part @param {boolean} insurance @returns {About} */
function aboutEntity(part, insurance) {
  const entity = entityOf(part);
  const organisation = nameIn(first(entity, 'scopingOrganization'));
  const person = ['associatedPerson', 'relatedPerson', 'assignedPerson'].map((name) => nameIn(first(entity, name))).find(Boolean);
  const relation = attribute(first(entity, 'code'), 'displayName');
  return {
    kind: insurance ? 'coverage' : KINDS[part.local], type: part.local, names: [], items: 1,
    title: insurance ? organisation || undefined : undefined,
    text: [person, relation, insurance ? '' : organisation].filter(Boolean).join(', '),
  };
}

/** @param {Element} part of the header @param {boolean} insurance @returns {About | undefined} for what can be moved */
export function aboutHeader(part, insurance) {
  if (!insurance && !Object.hasOwn(KINDS, part.local)) return undefined;
  if (part.local !== 'authorization') return aboutEntity(part, insurance);
  const text = attribute(first(part, 'consent/code'), 'displayName') ?? '';
  return { kind: 'consent', type: part.local, text, names: [], items: 1 };
}

/** @param {Item[]} items @returns {string[]} the first different names */
function namesOf(items) {
  const named = items.filter(({ negated }) => !negated).map(({ code }) => code?.display ?? code?.value ?? '').filter(Boolean);
  return [...new Set(named)].slice(0, MOST_NAMES).map((name) => name.slice(0, MAX_TEXT));
}

/** The kind that stands for a section: that of its items, when they have one in common. @param {Item[]} items */
function kindOf(items) {
  const kinds = new Set(items.map(({ kind }) => kind));
  return kinds.size === 1 ? items[0].kind : 'other';
}

/** @param {Element} section @param {Item[]} items @returns {About} */
export function aboutSection(section, items) {
  const code = first(section, 'code');
  const title = textOf(first(section, 'title')) || attribute(code, 'displayName') || attribute(all(code, 'translation')[0], 'displayName');
  const narrative = items.length === 1 && items[0].kind === 'document';
  const only = items.length === 1 && !narrative ? items[0] : undefined;
  return {
    kind: kindOf(items), type: 'section', title: title?.slice(0, MAX_TEXT), names: narrative ? [] : namesOf(items),
    items: items.length, date: only?.date, status: only?.status,
  };
}

/** @param {string} mediaType @returns {About} */
export function aboutBody(mediaType) {
  return { kind: 'document', type: 'nonXMLBody', text: mediaType.slice(0, 64), names: [], items: 1 };
}
