/** Times as sources write them: as precise as they were, compared by their beginnings. */

const ISO = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(T.+)?)?)?$/;

/**
 * @param {string | undefined} date ISO 8601 of any precision
 * @returns {number} milliseconds; minus infinity when there is none
 */
export function moment(date) {
  const found = ISO.exec(date ?? '');
  if (!found) return -Infinity;
  const [, year, month = '01', day = '01', time = ''] = found;
  const whole = Date.parse(`${year}-${month}-${day}${time || 'T00:00:00Z'}`);
  return Number.isNaN(whole) ? Date.parse(`${year}-${month}-${day}T00:00:00Z`) || -Infinity : whole;
}

/** @template T @param {(of: T) => string | undefined} date @returns {(a: T, b: T) => number} the newest first */
export function newestFirst(date) {
  // A sort compares each date many times, and reading it takes longest.
  /** @type {Map<string | undefined, number>} */
  const known = new Map();
  const at = (/** @type {string | undefined} */ text) => {
    const found = known.get(text) ?? moment(text);
    known.set(text, found);
    return found;
  };
  return (a, b) => {
    const [one, other] = [at(date(a)), at(date(b))];
    return one === other ? 0 : other > one ? 1 : -1;
  };
}

/** @param {string | undefined} birth @param {Date} now @returns {number | undefined} whole years */
export function age(birth, now) {
  const found = ISO.exec(birth ?? '');
  if (!found?.[2]) return undefined;
  const [year, month, day] = [Number(found[1]), Number(found[2]), Number(found[3] ?? '1')];
  const before = now.getMonth() + 1 < month || (now.getMonth() + 1 === month && now.getDate() < day);
  const years = now.getFullYear() - year - (before ? 1 : 0);
  return years >= 0 && years < 150 ? years : undefined;
}
