/**
 * Which partition a C-CDA section or header part belongs to.
 *
 * The table is maps/ccda_sections.json: a section's template ids decide first,
 * then its LOINC (or DICOM) code. Sections that it does not know are medical.
 */

import table from './maps/ccda_sections.json' with { type: 'json' };
import { all, attribute, elementsOf, first } from './xml.js';

/** @typedef {import('./xml.js').Element} Element */
/** @typedef {import('./partition.js').PartitionName} PartitionName */
/** @typedef {{code: string, partition: string, title: string, templates: string[], copy: string[]}} Rule */

const CODE_SYSTEMS = [undefined, '2.16.840.1.113883.6.1', '1.2.840.10008.2.16.4'];

/** @type {Map<string, Rule>} */
const BY_TEMPLATE = new Map(table.flatMap((rule) => rule.templates.map((template) => [template, rule])));
/** @type {Map<string, Rule>} */
const BY_CODE = new Map(table.map((rule) => [rule.code, rule]));

/** @type {Record<string, string>} */
const KINDS = {
  '48765-2': 'allergy', '11450-4': 'problem', '11348-0': 'problem', '46241-6': 'problem', '42347-5': 'problem',
  '11535-2': 'problem', '10219-4': 'problem', '10218-6': 'problem', '59769-0': 'problem',
  '10160-0': 'medication', '10183-2': 'medication', '42346-7': 'medication', '75311-1': 'medication',
  '29549-3': 'medication', '30954-2': 'result', '8716-3': 'vital', '11369-6': 'immunisation',
  '47519-4': 'procedure', '46240-8': 'encounter', '48768-6': 'coverage',
};

/**
 * @param {Element} section
 * @returns {Rule | undefined}
 */
export function sectionRule(section) {
  for (const template of all(section, 'templateId')) {
    const rule = BY_TEMPLATE.get(attribute(template, 'root') ?? '');
    if (rule) return rule;
  }
  const code = first(section, 'code');
  return CODE_SYSTEMS.includes(attribute(code, 'codeSystem')) ? BY_CODE.get(attribute(code, 'code') ?? '') : undefined;
}

/** @param {Rule | undefined} rule @returns {string} the kind of the section's items */
export function sectionKind(rule) {
  return rule && Object.hasOwn(KINDS, rule.code) ? KINDS[rule.code] : 'other';
}

const FOLLOWS = new Set(['author', 'custodian', 'legalAuthenticator', 'authenticator', 'dataEnterer',
  'informationRecipient', 'documentationOf', 'componentOf', 'inFulfillmentOf', 'relatedDocument']);

/**
 * Where a child of ClinicalDocument other than the body goes. What the table
 * does not name is kept with the patient's own data, where it reveals least.
 *
 * @param {Element} part
 * @returns {PartitionName | 'follows'}
 */
export function headerPartition(part) {
  if (part.local === 'participant') return attribute(part, 'typeCode') === 'HLD' ? 'insurance' : 'personal';
  if (part.local === 'informant') {
    const related = elementsOf(part).some(({ local }) => local === 'relatedEntity');
    return related ? 'personal' : 'follows';
  }
  return FOLLOWS.has(part.local) ? 'follows' : 'personal';
}
