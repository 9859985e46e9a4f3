/**
 * Names the kinds of XML file that people bring, and takes only C-CDA and FHIR.
 */

import { FHIR } from './fhir_xml.js';
import { MAX_FHIR_XML_DEPTH } from './limits.js';
import { refuse } from './refused.js';

export const CDA = 'urn:hl7-org:v3';

/** @param {string} local @param {string} uri */
function refuseKnown(local, uri) {
  if (local === 'HealthData') throw refuse('apple-health');
  if (uri === 'urn:astm-org:CCR') throw refuse('ccr');
  if (local.toLowerCase() === 'html') throw refuse('html');
}

/**
 * @param {{local: string, uri: string}} root
 * @returns {number | undefined} the deepest level, where the kind has its own
 * @throws {import('./refused.js').ImportRefused}
 */
export function checkRoot({ local, uri }) {
  if (uri === FHIR) return MAX_FHIR_XML_DEPTH;
  if (local === 'ClinicalDocument' && uri === CDA) return undefined;
  refuseKnown(local, uri);
  if (local === 'ClinicalDocument') {
    throw refuse('cda-namespace');
  }
  throw refuse('xml-kind', 'xml-kind', { name: local.slice(0, 64) });
}

/**
 * @param {string} name of the root that a DOCTYPE announces
 * @returns {never}
 */
export function checkDoctype(name) {
  // An Apple Health export and a web page open with a DOCTYPE: their own names say more.
  refuseKnown(name, '');
  throw refuse('doctype');
}
