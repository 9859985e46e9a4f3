/**
 * Names the kinds of XML file that people bring, and takes only one of them.
 */

import { refuse } from './refused.js';

export const CDA = 'urn:hl7-org:v3';

/** @param {string} local @param {string} uri */
function refuseKnown(local, uri) {
  if (uri === 'http://hl7.org/fhir') {
    throw refuse('fhir-xml', 'fhir-xml', { name: local.slice(0, 64) });
  }
  if (local === 'HealthData') throw refuse('apple-health');
  if (uri === 'urn:astm-org:CCR') throw refuse('ccr');
  if (local.toLowerCase() === 'html') throw refuse('html');
}

/**
 * @param {{local: string, uri: string}} root
 * @throws {import('./refused.js').ImportRefused}
 */
export function checkRoot({ local, uri }) {
  if (local === 'ClinicalDocument' && uri === CDA) return;
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
