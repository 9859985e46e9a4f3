/**
 * The words of the importer for the command line, by code.
 *
 * The pages never load this module: they say the same by their own catalogue.
 * Sentences name resources by type and id, never by what a record says.
 */

import { ImportRefused } from './refused.js';

/** @typedef {import('./refused.js').Params} Params */
/** @typedef {{code: string, params: Params}} Notice */

const READ = 'SeSPHR reads C-CDA documents, FHIR R4 files (JSON or XML), SMART Health Cards, Apple Health exports, PDF documents, JPEG and PNG pictures, and DICOM files.';
const ASK = `${READ} Ask the hospital, practice or insurer for the record in one of these forms.`;
const ASK_SHORT = `${READ} Ask for the record in one of these forms.`;
const SAVE_AGAIN = 'Ask for the file again, saved as UTF-8.';
const CUT = 'It may have been cut short or edited: download it again.';
const CUT_FILE = 'Download it again, or ask for it again.';
const YEARS = 'Ask for it in smaller parts, for example year by year.';
const SMALLER = 'Ask for the record in smaller parts.';
const CORRECT = 'Ask its sender for a correct one.';

/** @type {Record<string, string>} */
const VERSIONS = { dstu2: 'DSTU2', stu3: 'STU3', 'dstu2-stu3': 'DSTU2 or STU3', r5: 'R5 or later' };

/** What is wrong in a JSON file. @type {Record<string, string>} */
const BROKEN = {
  values: 'it holds more than %(max) values', depth: 'it is nested deeper than %(max) levels', early: 'it ends too early',
  value: 'a value was expected', number: 'a number is not well formed', 'early-text': 'it ends inside a text',
  control: 'a control character stands in a text', escape: 'an escape sequence is not valid',
  surrogate: 'half of a surrogate pair stands alone', name: 'the name of a member was expected',
  twice: 'a member is named twice in one object', proto: 'a member is named __proto__', colon: 'a colon was expected',
  comma: 'a comma was expected', more: 'more text follows the first value',
};

/** What was found, and what can be done. @type {Record<string, [string, string]>} */
const REFUSALS = {
  empty: ['This file is empty (0 bytes).', 'Download it again.'],
  blank: ['This file holds nothing but white space.', 'Download it again.'],
  'too-large': ['This file is larger than %(mb) MB.', 'Ask for the record in smaller parts, for example one document for each visit.'],
  memory: ['This file needs more memory than SeSPHR allows itself.', SMALLER],
  zip: ['This is a zip archive, but not an Apple Health export.', 'Unpack it and choose the record inside.'],
  office: ['This is an Office document (Word, Excel or the like), not a structured health record.', ASK],
  'zip-broken': ['This zip archive is cut short or broken.', CUT_FILE],
  'zip-path': ['This zip archive holds names that lead out of their folder.', 'Export it again from the device that made it.'],
  'zip-bomb': ['This zip archive unpacks to far more than a health record.', 'Export it again from the device that made it.'],
  'apple-nothing': ['This Apple Health export holds no entries.', 'Export it again from the Health app.'],
  'apple-element': ['This Apple Health export has an entry of more than %(mb) MB.', 'Export it again from the Health app.'],
  'dicom-broken': ['This file begins like a DICOM picture, but it is cut short or broken.', CUT_FILE],
  'pdf-broken': ['This file begins like a PDF document, but it is cut short or something else.', CUT_FILE],
  'png-broken': ['This file begins like a PNG picture, but it is cut short or something else.', CUT_FILE],
  'jpeg-broken': ['This file begins like a JPEG picture, but there is no picture in it.', CUT_FILE],
  gif: ['This is a GIF image, not a structured health record.', ASK],
  tiff: ['This is a TIFF image, not a structured health record.', ASK],
  gzip: ['This is a gzip archive, not a structured health record.', ASK],
  '7z': ['This is a 7-Zip archive, not a structured health record.', ASK],
  ole: ['This is an old Microsoft Office document, not a structured health record.', ASK],
  rtf: ['This is a rich text (RTF) document, not a structured health record.', ASK],
  'shc-broken': ['This looks like a SMART Health Card, but it cannot be read: it is cut short, changed, or a signed text of another kind.',
    'Download the card again, or scan its QR code again.'],
  'shc-pieces': ['This SMART Health Card is spread over %(count) QR codes, and only %(there) of them are in this file.',
    'Scan the others too and put what they say into one file, a line each.'],
  'shc-large': ['The SMART Health Cards in this file unfold to more than %(mb) MB.', 'Ask whoever issued them for correct ones.'],
  shlink: ['This is a SMART Health Link: the address of a record, not the record.', 'Open it where you got it from, download the record and add that file.'],
  hl7v2: ['This is an HL7 version 2 message.', ASK],
  binary: ['This is a binary file of a kind that SeSPHR does not know.', ASK],
  text: ['This is plain text or a file of a kind that SeSPHR does not know.', ASK],
  'not-encoded': ['This file is not valid %(name) text.', SAVE_AGAIN],
  'encoding-unknown': ['This XML file says that it is written in %(name), which SeSPHR does not read.', SAVE_AGAIN],
  'encoding-false': ['This XML file says that it is written in %(name), but it is not.', SAVE_AGAIN],
  'encoding-other': ['This XML file says that it is written in %(said), but it is in %(name).', SAVE_AGAIN],
  'not-ascii': ['This XML file says that it is plain ASCII, but it is not.', SAVE_AGAIN],
  'xml-broken': ['This XML file is not well formed (line %(line): %(what)).',
    'It may have been cut short: download it again, or ask its sender for a correct one.'],
  'xml-version': ['This file is XML %(version).', 'Ask its sender for XML 1.0.'],
  'xml-instructions': ['This XML file has more than %(max) processing instructions.', 'Ask its sender for a document without them.'],
  'xml-attributes': ['This XML file has more than %(max) attributes.', SMALLER],
  'xml-element': ['An element of this XML file has more than %(max) attributes.', 'Ask its sender for a correct document.'],
  'xml-depth': ['This XML file is nested deeper than %(max) elements.', 'Ask its sender for a simpler one.'],
  'xml-elements': ['This XML file has more than %(max) elements.', SMALLER],
  'xml-namespace': ['This XML file declares a namespace that is not a URI (line %(line), %(name)).',
    'Its sender has to correct that; ask for the document again.'],
  'own-namespace': ['This document uses names that SeSPHR keeps for itself.', 'Ask its sender for a correct document.'],
  'apple-health': ['This is an Apple Health export.', ASK_SHORT],
  ccr: ['This is a Continuity of Care Record (CCR).', ASK_SHORT],
  html: ['This is a web page.', ASK_SHORT],
  'cda-namespace': ['This ClinicalDocument is not in the namespace of HL7 version 3.', 'Ask its sender for a correct C-CDA document.'],
  'xml-kind': ['This is an XML file of another kind (%(name)).', ASK_SHORT],
  doctype: ['This XML file has a DOCTYPE, which can bring in other files or endless text.', 'Ask its sender for the document without it.'],
  'json-broken': ['This JSON file is broken at line %(line): %(what).', CUT],
  'json-character': ['This JSON file holds a character that is not text (U+FFFE or U+FFFF).', CORRECT],
  'json-kind': ['This JSON file is not a FHIR resource.', ASK_SHORT],
  'fhir-entry': ['This FHIR Bundle has an entry that is not a list.', 'Download it again or ask its sender for a correct one.'],
  'fhir-version': ['This is a FHIR file of version %(version), not R4.', 'Ask its sender for the record as FHIR R4, or as a C-CDA document.'],
  'fhir-nothing': ["This FHIR file holds nothing of a patient's record (%(held)).",
    'Ask for the record of the patient as FHIR R4, or as a C-CDA document.'],
  'ccda-nothing': ['This document says nothing of a patient: it has neither a patient nor a section.', READ],
  'too-many-resources': ['This file has more than %(max) resources.', YEARS],
  'too-many-items': ['This record has more than %(max) items.', YEARS],
  'too-much': ['Split into partitions, this record takes more than %(mb) MB, which one sealed document cannot hold.', YEARS],
};

/** Why resources stay out, as the end of a sentence. @type {Record<string, string>} */
const REASONS = {
  'unknown-type': 'not of a type that FHIR R4 has', 'not-patient-data': 'not patient data',
  technical: 'technical notes of the sending system', 'not-about-patient': 'not about the patient',
  unreferenced: 'referred to by nothing in the record',
};

/** @type {Record<string, (params: any) => string>} */
const NOTICES = {
  'names-patient': (p) => `The patient's family name occurs in ${p.naming} of ${p.total} sources of the ${p.partition} partition.`,
  'unknown-section': (p) => `${p.n === 1 ? 'A section' : `${p.n} sections`} that SeSPHR does not know (code ${p.section}) went to ${p.partition}.`,
  'unknown-more': (p) => `${p.n} more codes of sections are unknown to SeSPHR.`,
  embedded: (p) => `The document holds no sections but one embedded file (${p.type}); it went to ${p.partition} whole.`,
  'no-patient': () => 'The document names no patient: the parts of its header that belong to personal are only in the original file.',
  instructions: (p) => `${p.n} processing instructions were left out of the partitions; they are in the original file.`,
  'patients-document': (p) => `The document is about ${p.n} patients: check that it is about one person.`,
  'patients-file': (p) => `The file holds ${p.n} Patient resources: check that it is about one person.`,
  'entries-empty': (p) => `${p.n} entries of the bundle hold no resource; they are only in the original file.`,
  'entries-untyped': (p) => `${p.n} entries hold a resource without a type; they are only in the original file.`,
  'card-signature': (p) => (p.n === 1 ? 'The signature of the SMART Health Card was not checked; it is only in the original file.'
    : `The signatures of ${p.n} SMART Health Cards were not checked; they are only in the original file.`),
  'pdf-locked': () => 'This PDF document is encrypted: whoever opens it needs its password too.',
  'picture-place': () => 'This picture says where it was taken; whoever opens it can read that.',
  'dicom-name': (p) => `This DICOM file names the patient in its header; whoever opens the ${p.partition} partition can read that.`,
  'dicom-packed': () => 'The header of this DICOM file is compressed and was not read.',
  'apple-daily': (p) => `${p.names}: these have very many samples, so each day is one item; the samples stand in the source or in the original file.`,
  'apple-dropped': (p) => `${p.names}: the samples are too many for a record and stay in the original file only; the items tell of them.`,
  'apple-clinical': (p) => `${p.n} clinical ${p.n === 1 ? 'record is' : 'records are'} not FHIR R4 or of no patient; ${p.n === 1 ? 'it is' : 'they are'} only in the original file.`,
  'apple-private': () => 'Samples name the devices that took them, and workouts may hold the route that was taken: whoever opens them can read that.',
  'apple-beside': (p) => `${p.n} other ${p.n === 1 ? 'file' : 'files'} of the archive (such as routes and recordings) ${p.n === 1 ? 'is' : 'are'} only in the original file.`,
  'embedded-broken': (p) => `${p.n === 1 ? 'A file' : `${p.n} files`} inside the record cannot be taken out, because it is not valid base64; it stays there as it is.`,
  'embedded-more': (p) => `${p.n} more files inside the record open only from there: at most 200 are taken out.`,
  'left-out': leftOut,
};

/** @param {{type: string, reason: string, names: (string | number)[], n: number}} params */
function leftOut({ type, reason, names, n }) {
  const shown = names.map((name) => (typeof name === 'number' ? `resource ${name} of the file` : name)).join(', ');
  const more = n > names.length ? ` and ${n - names.length} more` : '';
  const [noun, verb, are] = n === 1 ? ['resource', 'stays', 'it is'] : ['resources', 'stay', 'they are'];
  return `${n} ${type} ${noun} ${verb} in the original file only, because ${are} ${REASONS[reason]}: ${shown}${more}.`;
}

/** @param {string} words @param {Params} params */
function filled(words, params) {
  return words.replace(/%\(([a-z]+)\)/g, (_, name) => String(params[name]));
}

/** @param {Params} params of fhir-nothing */
function held({ types, more }) {
  const named = /** @type {string[]} */ (types);
  return named.length ? `only ${named.join(', ')}${more ? ' and others' : ''}` : 'no resource';
}

/** @param {ImportRefused} refusal @returns {Params} */
function spelled({ code, params }) {
  if (code === 'json-broken') return { ...params, what: filled(BROKEN[String(params.what)], params) };
  if (code === 'fhir-version') return { version: VERSIONS[String(params.version)] };
  return code === 'fhir-nothing' ? { held: held(params) } : params;
}

/**
 * The same refusal with its sentence: what was found, then what can be done.
 *
 * @param {ImportRefused} refusal
 */
export function spoken(refusal) {
  const { kind, code, params } = refusal;
  return new ImportRefused(kind, code, params, filled(REFUSALS[code].join(' '), spelled(refusal)));
}

/** @param {Notice} notice @returns {string} one sentence for the owner */
export function sentenceOf({ code, params }) {
  return NOTICES[code](params);
}
