/**
 * A file that is an attachment as a whole: one unit, of which one document is said.
 */

import { attached } from './attachments.js';
import { describe, MEDIA_TYPES } from './attachments_kinds.js';
import { Splitter } from './partition.js';
import { place } from './units.js';

/** @typedef {import('./attachments_kinds.js').FileKind} FileKind */
/** @typedef {import('./units.js').Unit} Unit */
/** @typedef {import('./units.js').Choices} Choices */

/**
 * @param {Uint8Array | Blob} content @param {FileKind} kind @param {string} [name]
 * @returns {Promise<import('./units.js').Split>}
 * @throws {import('./refused.js').ImportRefused}
 */
export async function splitAttachment(content, kind, name) {
  const { item, text, notices } = await describe(kind, content);
  const file = attached({ name, type: MEDIA_TYPES[kind], content });
  const origin = { format: kind, date: item.date };
  /** @type {Unit} */
  const unit = {
    id: 'u1', home: 'medical', copies: [], role: 'record', items: [], write: () => '', files: [{ file, item }],
    about: { kind: 'document', type: file.type, title: item.code?.display ?? file.name, text, date: item.date, names: [], items: 1 },
  };
  const lay = (/** @type {Choices} */ choices) => {
    const splitter = new Splitter(origin);
    const [partition] = place(splitter, unit, choices);
    return { splitter, notices: notices.map((code) => ({ code, params: { partition, units: [unit.id] } })) };
  };
  return { format: kind, title: item.code?.display, origin, units: [unit], files: [file], lay };
}
