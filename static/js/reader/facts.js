/**
 * What a fact is, and what codes say about it: the words that C-CDA and FHIR share.
 *
 * A fact is one statement of one source, with what a reader needs to weigh it.
 * Nothing here is guessed: what a source does not say is absent.
 */

/** @typedef {import('./partition.js').Code} Code */
/** @typedef {import('./partition.js').Value} Value */
/** @typedef {'high' | 'low' | 'critical-high' | 'critical-low' | 'abnormal' | 'critical' | 'normal'} Flag */
/** @typedef {{low?: string, high?: string, unit?: string, text?: string}} Range numbers as the source's characters */
/**
 * @typedef {object} Dose
 * @property {string} [text] instructions in the source's own words
 * @property {string} [amount] as the source's characters @property {string} [unit]
 * @property {{times?: string, period?: string, unit?: string}} [every] `times` per `period` of `unit` (FHIR's letters: h, d, wk, ...)
 * @property {string} [route] @property {boolean} [asNeeded]
 */
/** @typedef {{name: string, code?: Code, value?: Value, range?: Range, flag?: Flag}} Component a part of what was measured */
/**
 * @typedef {object} Fact
 * @property {string} kind of item
 * @property {string} [name] what it is about, in the source's words
 * @property {Code} [code] @property {Value} [value] @property {Component[]} components
 * @property {string} [status] as the source says @property {string} [verification] @property {boolean} negated
 * @property {'none' | 'some' | 'unknown'} [absent] the source says that there is none of the kind, none of
 *   a part of it (which its name says), or that nothing is known
 * @property {string} [date] ISO 8601, as precise as the source @property {string} [end]
 * @property {Range} [range] @property {Flag} [flag] @property {string} [panel] the group of tests it belongs to
 * @property {{name: string, severity?: string}[]} reactions @property {string} [severity] @property {boolean} severe
 * @property {Dose} [dose] @property {string} [note] @property {string} [who] who did it, or pays
 * @property {{value: string, currency?: string}} [amount] of money
 * @property {string} [about] of a section in words alone: the kind that it speaks of
 * @property {import('./partition.js').Attachment} [attachment] the file that it is
 * @property {string} [section] the title of its section, or the type of its resource, in the source's words
 * @property {string} source id of the source in its partition @property {boolean} copy kept here besides, for safety
 * @property {number} [added] the version of its record in which it came, where that was not the first
 * @property {string} [fresh] when that version was made, where it is the newest
 */

/** @param {Partial<Fact> & {kind: string, source: string}} known @returns {Fact} */
export function fact(known) {
  return { components: [], reactions: [], negated: false, severe: false, copy: false, ...known };
}

const SNOMED = 'http://snomed.info/sct';
const ABSENT = 'http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips';

/** Codes that say "there is none" of a whole kind, by system. @type {Record<string, Set<string>>} */
const NONE = {
  [SNOMED]: new Set(['716186003', '160244002', '160245001', '787481004', '787480003', '429599004']),
  [ABSENT]: new Set(['no-known-allergies', 'no-known-medications', 'no-known-problems', 'no-known-devices', 'no-known-procedures',
    'no-known-immunizations']),
};

/** Codes that say so of some of a kind, such as allergies to food. @type {Record<string, Set<string>>} */
const SOME = {
  [SNOMED]: new Set(['409137002', '428607008', '429625007', '1003774007', '716184000', '716185004', '716220001', '787482006', '787483001',
    '428197003']),
  [ABSENT]: new Set(['no-known-medication-allergies', 'no-known-environmental-allergies', 'no-known-food-allergies']),
};

/** Broad SNOMED CT codes: to negate one of these is to negate the whole kind. */
const WHOLE = new Set(['105590001', '419199007', '418038007', '420134006', '55607006', '64572001',
  '763158003', '373873005', '71388002', '404684003']);
/** To negate one of these is to negate some of the kind: drugs, foods, the surroundings. */
const BRANCH = new Set(['416098002', '410942007', '414285001', '426232007', '232347008']);

/** @param {Record<string, Set<string>>} codes @param {Code | undefined} code */
function among(codes, code) {
  const { system = '', value = '' } = code ?? {};
  return Object.hasOwn(codes, system) && codes[system].has(value);
}

/**
 * Whether a statement says that there is none of a kind. A drug that is
 * negated says nothing of other drugs.
 *
 * @param {Code | undefined} code what it is about @param {boolean} negated @param {Code} [value] of the observation
 * @returns {Fact['absent']}
 */
export function absence(code, negated, value) {
  const both = [code, value];
  if (code?.system === ABSENT && /^no-.*-info$/.test(code.value ?? '')) return 'unknown';
  if (!negated) return both.some((each) => among(NONE, each)) ? 'none' : both.some((each) => among(SOME, each)) ? 'some' : undefined;
  if (code?.system !== SNOMED || !(WHOLE.has(code.value ?? '') || BRANCH.has(code.value ?? ''))) return undefined;
  return both.some((each) => BRANCH.has(each?.value ?? '')) ? 'some' : 'none';
}

/** @type {Record<string, Flag>} */
const FLAGS = {
  H: 'high', HU: 'critical-high', HH: 'critical-high', HX: 'high', '>': 'high', 
  L: 'low', LU: 'critical-low', LL: 'critical-low', LX: 'low', '<': 'low',
  A: 'abnormal', AA: 'critical', N: 'normal', '>>': 'critical-high', '<<': 'critical-low',
};

/** @param {string | undefined} code of HL7's ObservationInterpretation @returns {Flag | undefined} */
export function flagOf(code) {
  return code && Object.hasOwn(FLAGS, code) ? FLAGS[code] : undefined;
}

/**
 * How a value stands to its own reference range, where the source left that to the reader.
 *
 * @param {Value | undefined} value @param {Range | undefined} range @returns {Flag | undefined}
 */
export function compare(value, range) {
  const number = numberOf(value?.value);
  if (number === undefined || !range || value?.comparator || (range.unit && value?.unit && range.unit !== value.unit)) return undefined;
  const [low, high] = [numberOf(range.low), numberOf(range.high)];
  if (low !== undefined && number < low) return 'low';
  if (high !== undefined && number > high) return 'high';
  return low === undefined && high === undefined ? undefined : 'normal';
}

/** @param {string | undefined} text @returns {number | undefined} */
export function numberOf(text) {
  return text !== undefined && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : undefined;
}

const SEVERE = new Set(['24484000', '399166001', '442452003', 'severe', 'fatal', 'high', 'H']);

/** Whether a severity or criticality is the highest. @param {Code | undefined} code */
export function isSevere(code) {
  return SEVERE.has(code?.value ?? '') || /^(severe|fatal|life.threatening)/i.test(code?.display ?? '');
}
