/**
 * Reads an XML file once and hands it to whoever knows its kind.
 */

import { splitCcda } from './ccda.js';
import { splitFhirXml } from './fhir_files.js';
import { FHIR } from './fhir_xml.js';
import { readXml } from './xml.js';
import { checkDoctype, checkRoot } from './xml_kinds.js';

/**
 * @param {string} text of an XML file
 * @param {(done: number) => Promise<void>} pause
 * @returns {Promise<import('./units.js').Split>}
 * @throws {import('./refused.js').ImportRefused}
 */
export async function splitXml(text, pause) {
  const read = await readXml(text, { checkRoot, checkDoctype }, pause);
  return read.root.uri === FHIR ? splitFhirXml(text, read) : splitCcda(text, read);
}
