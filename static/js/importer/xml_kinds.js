/**
 * Names the kinds of XML file that people bring, and takes only one of them.
 */

import { refuse, WHAT_IS_READ } from './refused.js';

export const CDA = 'urn:hl7-org:v3';

const ASK = `${WHAT_IS_READ} Ask for the record in one of these forms.`;

/** @param {string} local @param {string} uri */
function refuseKnown(local, uri) {
  if (uri === 'http://hl7.org/fhir') {
    throw refuse('fhir-xml', `This is FHIR as XML (${local.slice(0, 64)}).`, 'Ask for the same record as FHIR R4 in JSON.');
  }
  if (local === 'HealthData') throw refuse('apple-health', 'This is an Apple Health export.', ASK);
  if (uri === 'urn:astm-org:CCR') throw refuse('ccr', 'This is a Continuity of Care Record (CCR).', ASK);
  if (local.toLowerCase() === 'html') throw refuse('html', 'This is a web page.', ASK);
}

/**
 * @param {{local: string, uri: string}} root
 * @throws {import('./refused.js').ImportRefused}
 */
export function checkRoot({ local, uri }) {
  if (local === 'ClinicalDocument' && uri === CDA) return;
  refuseKnown(local, uri);
  if (local === 'ClinicalDocument') {
    throw refuse('cda-namespace', 'This ClinicalDocument is not in the namespace of HL7 version 3.', 'Ask its sender for a correct C-CDA document.');
  }
  throw refuse('xml-kind', `This is an XML file of another kind (${local.slice(0, 64)}).`, ASK);
}

/**
 * @param {string} name of the root that a DOCTYPE announces
 * @returns {never}
 */
export function checkDoctype(name) {
  // An Apple Health export and a web page open with a DOCTYPE: their own names say more.
  refuseKnown(name, '');
  throw refuse('doctype', 'This XML file has a DOCTYPE, which can bring in other files or endless text.',
    'Ask its sender for the document without it.');
}
