/**
 * What one search and one filter by time leave of what was read. Nothing leaves the device for it.
 *
 * Something that lasts (an allergy, a problem, a medicine, a cover) counts for all the time that it
 * lasts, so that a filter for the last year does not hide an allergy of old.
 */

/** @typedef {import('./summary.js').Known} Known */
/** Text as typed; days in ISO 8601, both included. @typedef {{text?: string, from?: string, until?: string}} Query */

const LASTING = new Set(['allergy', 'problem', 'medication', 'coverage']);
const DAY = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?/;

/** @param {string} text @returns {string} as it is compared: without case and accents */
export const plain = (text) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** @param {string | undefined} text @returns {string[]} words that must all be there */
export const wordsOf = (text) => plain(text ?? '').split(/\s+/).filter(Boolean);

/** @param {string} text @param {string[]} words of `wordsOf` */
export function says(text, words) {
  const found = plain(text);
  return words.every((word) => found.includes(word));
}

/** @param {import('./facts.js').Fact} fact @returns {string} everything that a page may show of it */
export function textIn(fact) {
  const { name, code, value, components, status, panel, reactions, severity, dose, note, who, amount, section, date, flag } = fact;
  return [
    name, code?.value, code?.display, value?.value, value?.unit, value?.code?.display, status, panel, severity, note, who, amount?.value,
    section, date, flag, dose?.text, dose?.amount, dose?.unit, dose?.route, ...reactions.map((each) => each.name),
    ...components.flatMap((each) => [each.name, each.code?.value, each.value?.value, each.value?.code?.display]),
  ].filter(Boolean).join(' ');
}

/** @param {string | undefined} date @param {'first' | 'last'} which day of what it may be @returns {string} */
function day(date, which) {
  const [, year, month, exact] = DAY.exec(date ?? '') ?? [];
  if (!year) return '';
  return which === 'first' ? `${year}-${month ?? '01'}-${exact ?? '01'}` : `${year}-${month ?? '12'}-${exact ?? '31'}`;
}

/** @param {import('./facts.js').Fact} fact @param {Query} query @returns {boolean} */
function inTime({ kind, date, end }, { from = '', until = '' }) {
  if (!from && !until) return true;
  const lasting = LASTING.has(kind);
  const [begin, finish] = [day(date, 'first'), day(end, 'last') || (lasting ? '9999' : day(date, 'last'))];
  if (!begin && !end) return lasting;
  return (!until || begin <= until) && (!from || finish >= from);
}

/** @param {Query} query @returns {boolean} whether it asks for anything */
export const asks = ({ text, from, until }) => Boolean(wordsOf(text).length || from || until);

/** @param {Query} query @returns {(fact: import('./facts.js').Fact) => boolean} whether a fact stays */
export function keeping(query) {
  const words = wordsOf(query.text);
  return (fact) => inTime(fact, query) && (!words.length || says(textIn(fact), words));
}
