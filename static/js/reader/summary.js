/**
 * Several records of one patient as one view: what matters first, each fact with its record.
 *
 * Three answers are never mixed up: the source says that there is none; no
 * source says anything; the part that would say it was not read. The last
 * holds beside what is listed too: copies in another part need not be all.
 * A fact that is negated, in error or refuted is never listed as one.
 */

import { moment, newestFirst } from './times.js';

/** @typedef {import('./facts.js').Fact} Fact */
/** What of a part is needed here. @typedef {Pick<import('./index.js').Brief, 'facts' | 'said'>} Part */
/** @typedef {{record: string, date: string, parts: Map<string, Part>}} Opened one record; its document's date, or when it came, in ISO 8601 */
/** Where a fact stands. @typedef {{record: string, partition: string, section?: string}} Told */
/**
 * A fact, the record that says it (the newest of several), and every place that says the same.
 * @typedef {Fact & {record: string, recorded: string, partition: string, told: Told[]}} Known
 */
/** @typedef {{fact: Known, all: Known[]}} Row what is said of one thing: the newest, and all */
/** @typedef {{record: string, recorded: string, text: string}} Said words of a section without entries */
/** @typedef {'listed' | 'none' | 'words' | 'nothing' | 'hidden' | 'unread' | 'away'} State */
/** Whether the part of a kind was read, is not shared, is there and is no XML that this reader knows, or cannot be opened right now. @typedef {'read' | 'hidden' | 'unread' | 'away'} Home */
/**
 * @typedef {object} List
 * @property {State} state @property {Row[]} rows that hold now @property {Row[]} past @property {Known[]} denied said not to be so
 * @property {Known[]} absent said to be none, of all or of some @property {Said[]} said @property {Home} home
 */

/** The part that a kind is filed in. @type {Record<string, string>} */
export const HOME = {
  allergy: 'medical', problem: 'medical', medication: 'prescription', result: 'medical', vital: 'medical', immunisation: 'medical',
  procedure: 'medical', encounter: 'medical', document: 'medical', other: 'medical', coverage: 'insurance', claim: 'insurance',
};

const WRONG = new Set(['entered-in-error', 'nullified']);
/** What a source calls over. A medicine that is completed counts as over only with an end, or in FHIR. */
const OVER = /^(inactive|resolved|remission|stopped|aborted|cancelled|canceled|not-taken|no longer active|discontinued|prior history.*|finished|ended)$/i;

/**
 * Every fact once: what stands in two parts for safety counts in its own, what two records repeat
 * counts in the newer one. Each keeps all the places that say it.
 * @param {Opened[]} records @returns {Known[]}
 */
export function factsIn(records) {
  const found = records.flatMap(ownFacts).filter(({ status, verification }) => !WRONG.has(status ?? '') && !WRONG.has(verification ?? ''));
  return merged(found, content);
}

/** @param {Opened} record @returns {Known[]} */
function ownFacts({ record, date, parts }) {
  const found = [...parts].flatMap(([partition, { facts }]) => facts.map((each) => ({
    ...each, record, recorded: date, partition, told: [{ record, partition, section: each.section }],
  })));
  const copied = new Set(found.filter(({ copy }) => copy).map(({ kind }) => kind));
  const own = new Set(found.filter(({ copy, kind }) => !copy && copied.has(kind)).map(sameness));
  return found.filter((each) => !each.copy || !own.has(sameness(each)));
}

/** @param {Known[]} facts @param {(known: Known) => string} key @returns {Known[]} one of each key, the word of the newest record */
export function merged(facts, key) {
  /** @type {Map<string, Known[]>} */
  const groups = new Map();
  for (const each of facts) add(groups, key(each), each);
  return [...groups.values()].map((same) => (same.length === 1 ? same[0] : {
    ...same.reduce((newest, each) => (moment(each.recorded) > moment(newest.recorded) ? each : newest)), told: toldOf(same),
  }));
}

/** @template T @param {Map<string, T[]>} groups @param {string} key @param {T} one */
export function add(groups, key, one) {
  const known = groups.get(key);
  if (known) known.push(one);
  else groups.set(key, [one]);
}

/** @param {Known[]} facts @returns {Told[]} every place that says one of them, once */
export function toldOf(facts) {
  return [...new Map(facts.flatMap(({ told }) => told).map((each) => [JSON.stringify([each.record, each.partition, each.section]), each])).values()];
}

/** Where a fact stands, which is no part of what it says. */
const PLACE = new Set(['source', 'copy', 'record', 'recorded', 'partition', 'told', 'section', 'panel', 'range']);

/** @param {Known} known @returns {string} all that it says */
function content(known) {
  const names = Object.keys(known).filter((name) => !PLACE.has(name)).sort();
  return JSON.stringify(names.flatMap((name) => {
    const value = known[/** @type {keyof Known} */ (name)];
    return value === undefined ? [] : [name, value];
  }));
}

/** @param {Fact} fact */
function sameness(fact) {
  return JSON.stringify([fact.kind, fact.code?.system, fact.code?.value, fact.name, fact.date, fact.negated, fact.status, fact.attachment?.sha256]);
}

/** One thing has one name: its code, otherwise its words. @param {Fact} fact @returns {string} */
export function subject({ code, name }) {
  return code?.value ? `${code.system ?? ''}|${code.value}` : (name ?? '').trim().toLowerCase();
}

/** @param {Known} known @param {Date} now @returns {boolean} whether it holds at this time, or may */
export function holds({ kind, status = '', end, verification }, now) {
  if (OVER.test(status.trim()) || verification === 'refuted') return false;
  const ended = end !== undefined && moment(end) < now.getTime();
  if (kind === 'medication') return /^completed$/i.test(status) ? end !== undefined && !ended : !(ended && !/^active$/i.test(status));
  return kind !== 'problem' || !ended;
}

/** @param {Known[]} facts @returns {Row[]} the newest word of each thing, the newest thing first */
function rowsOf(facts) {
  /** @type {Map<string, Known[]>} */
  const groups = new Map();
  for (const each of facts) add(groups, subject(each), each);
  return [...groups.values()].map((all) => {
    const sorted = all.toSorted(newestFirst(({ date }) => date)).toSorted(newestFirst(({ recorded }) => recorded));
    return { fact: sorted[0], all: sorted };
  });
}

/** @param {Opened[]} records @param {string} kind @returns {Said[]} what sections of this kind say in words alone; a copy where its original is not */
function saidOf(records, kind) {
  return records.flatMap(({ record, date, parts }) => [...parts.values()].flatMap(({ said }) => said
    .filter((each) => each.kind === kind && !(each.copy && parts.has(HOME[kind]))).map(({ text }) => ({ record, recorded: date, text }))));
}

/**
 * An owner reads all that there is, so that what is missing is missing.
 * @param {{mode: string, records: Opened[], broken: {partition: string}[], away: string[]}} view @param {string} kind @returns {Home}
 */
export function homeOf({ mode, records, broken, away }, kind) {
  if (away.includes(HOME[kind])) return 'away';
  if (broken.some(({ partition }) => partition === HOME[kind])) return 'unread';
  return mode === 'own' || records.some(({ parts }) => parts.has(HOME[kind])) ? 'read' : 'hidden';
}

/** @param {Partial<List>} list @param {Home} home @returns {State} */
function stateOf({ rows = [], absent = [], said = [] }, home) {
  if (rows.length) return 'listed';
  if (absent.some((each) => each.absent === 'none')) return 'none';
  if (said.length || absent.some((each) => each.absent === 'some')) return 'words';
  return home === 'read' ? 'nothing' : home;
}

/**
 * @param {Opened[]} records @param {Known[]} facts of them @param {string} kind @param {Date} now
 * @param {Home} [home] as a reader has it who knows these records alone
 * @returns {List}
 */
export function listOf(records, facts, kind, now, home = homeOf({ mode: 'reader', records, broken: [], away: [] }, kind)) {
  const known = facts.filter((each) => each.kind === kind);
  const absent = known.filter((each) => each.absent && each.absent !== 'unknown');
  const denied = known.filter(({ negated, absent: none }) => negated && !none);
  const positive = rowsOf(known.filter((each) => !each.negated && !each.absent));
  // An allergy that any record calls active stays: leaving one out is the greater harm.
  const current = positive.filter(({ fact, all }) => (kind === 'allergy' ? all.some((each) => holds(each, now)) : holds(fact, now)));
  const found = {
    rows: current.toSorted(kind === 'allergy' ? bySeverity : newestFirst(({ fact }) => fact.date)),
    past: positive.filter((each) => !current.includes(each)).toSorted(newestFirst(({ fact }) => fact.date)), denied, absent,
    said: saidOf(records, kind), home,
  };
  return { ...found, state: stateOf(found, home) };
}

/** @param {Row} a @param {Row} b */
function bySeverity(a, b) {
  return Number(b.all.some(({ severe }) => severe)) - Number(a.all.some(({ severe }) => severe));
}

/**
 * @param {Known[]} facts
 * @param {string} kind
 * @returns {Known[]} each event, the newest first; the same in two records once
 */
export function eventsOf(facts, kind) {
  const events = facts.filter((each) => each.kind === kind && !each.absent).toSorted(newestFirst(({ recorded }) => recorded));
  return merged(events, (each) => JSON.stringify([subject(each), each.date ?? each.record, each.who, each.amount?.value, each.value?.value, each.attachment?.sha256]))
    .toSorted(newestFirst(({ date }) => date));
}
