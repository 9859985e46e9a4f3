/** Names that people give to partitions. */

/** The longest, in characters. */
export const MAX_NAME = 60;

// Joiners are letters of some scripts, although they cannot be seen.
const UNSEEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

/**
 * What can be kept of a name that somebody typed: no line breaks, no characters that cannot be seen or
 * that order the text around them.
 *
 * @param {string} typed @returns {string} at most 60 characters; empty when nothing is left
 */
export function nameOf(typed) {
  const shown = typed.normalize('NFC').replace(UNSEEN, ' ').replace(/\s+/gu, ' ').trim();
  return [...shown].slice(0, MAX_NAME).join('').trim();
}
