/** Units and numbers as people write them. What is not known here stays as the source has it. */

import { numberOf } from './facts.js';

/** UCUM's codes that nobody would write on paper. @type {Record<string, string>} */
const WHOLE = {
  '1': '', '[pH]': '', Cel: '°C', '[degF]': '°F', '[lb_av]': 'lb', '[in_i]': 'in', '[ft_i]': 'ft', '[oz_av]': 'oz', '{score}': '',
};
const POWERS = '⁰¹²³⁴⁵⁶⁷⁸⁹';
const MANY_DIGITS = /\.\d{4,}$/;

/** @param {string | undefined} unit UCUM or words @returns {string} */
export function shownUnit(unit) {
  if (!unit) return '';
  if (Object.hasOwn(WHOLE, unit)) return WHOLE[unit];
  const powers = (/** @type {string} */ _, /** @type {string} */ power) => `10${[...power].map((digit) => POWERS[Number(digit)]).join('')}`;
  return unit.replace(/\{([^{}]*)\}/g, (_, words) => words.replaceAll('_', ' ')).replace(/10[*^](\d+)/g, powers)
    .replace(/mm\[Hg\]/g, 'mmHg').replace(/\bm2\b/g, 'm²').replace(/\bum\b/g, 'µm').replace(/\/uL\b/g, '/µL')
    .replace(/\bug\b/g, 'µg').replace(/\bumol\b/g, 'µmol').replace(/\[IU\]/g, 'IU')
    .replace(/\[([A-Za-z]+)'?U\]/g, '$1U');
}

/**
 * A number of many digits, as programs write them, with four that count; the source keeps the rest.
 *
 * @param {string | undefined} value @returns {string}
 */
export function shownNumber(value) {
  const number = numberOf(value);
  if (number === undefined || !MANY_DIGITS.test(value ?? '')) return value?.replace(/^(-?)\./, '$10.') ?? '';
  return Math.abs(number) >= 1000 ? number.toFixed(0) : String(Number(number.toPrecision(4)));
}
