/**
 * The clinical records of an Apple Health archive: one FHIR resource a file, read as one bundle.
 */

import { decodeJson } from './decode.js';
import { splitJson } from './fhir_files.js';
import { checkVersion } from './fhir_rules.js';
import { readJson } from './json.js';
import { ImportRefused } from './refused.js';

/** @typedef {import('./units.js').Split} Split */

/** @param {Uint8Array} octets @returns {string | undefined} the resource as it stands, where it is one of R4 */
function resourceIn(octets) {
  try {
    const text = decodeJson(octets);
    const { value, spans } = readJson(text);
    if (!spans.has(value) || value.resourceType === 'Bundle') return undefined;
    checkVersion(value);
    return text;
  } catch (error) {
    // One file that is broken, or of the version that hospitals sent before, does not cost the others.
    if (error instanceof ImportRefused) return undefined;
    throw error;
  }
}

/**
 * @param {Uint8Array[]} files @param {(done: number) => Promise<void>} pause
 * @returns {Promise<{split?: Split, left: number}>} left: how many stay in the original file only
 */
export async function clinicalSplit(files, pause) {
  const texts = files.map(resourceIn).filter((text) => text !== undefined);
  const left = files.length - texts.length;
  if (!texts.length) return { left };
  const bundle = `{"resourceType":"Bundle","type":"collection","entry":[${texts.map((text) => `{"resource":${text}}`).join(',')}]}`;
  try {
    const split = await splitJson(bundle, (done) => pause(0.7 + done * 0.1));
    split.lay({ moves: new Map(), copies: true });
    return { split, left };
  } catch (error) {
    // They hold nothing of a patient's record.
    if (error instanceof ImportRefused && error.kind === 'nothing') return { left: files.length };
    throw error;
  }
}
