/** Words that the pages about sharing have in common; they name them, templates hold them. @module */
import { date, dateTime, relative, shortDate, time } from "../../ui/format.js";
import { has, t, worded } from "../../ui/messages.js";
import { codeOf } from "../../ui/states.js";

/** @typedef {import("../../endpoint/receipts.js").Receipts} Receipts */

/** A date stays on one line. */
const NBSP = "\u00a0";

/** @returns {number} Unix seconds by this device's clock */
export const now = () => Math.floor(Date.now() / 1000);

/**
 * The last day of a grant: it ends at midnight after that day.
 * @param {number} until Unix seconds @param {boolean} [short] @returns {string}
 */
export const lastDay = (until, short = false) => (short ? shortDate : date)(until - 1).replaceAll(" ", NBSP);

/** @param {number | null} until @param {boolean} [short] @returns {string} "until 20 February 2027", or that there is no end */
export const untilWords = (until, short = false) =>
  until === null ? t("sharing.no-end") : t("sharing.until", { date: lastDay(until, short) });

/** @param {string} role @returns {string} */
export const roleWord = (role) => (has(`role.${role}`) ? t(`role.${role}`) : role);

/** @param {{role: string}} role @returns {string} all who have it, such as "All doctors" */
export const roleName = ({ role }) => (has(`readers.${role}`) ? t(`readers.${role}`) : t("readers.other", { role }));

/**
 * What a role may besides, in an emergency or with a code.
 * @param {{emergency: number | null, code: boolean}} cell @returns {string}
 */
export function specialWords({ emergency, code }) {
  const words = [...(emergency === null ? [] : [t("cell.emergency", { n: emergency })]), ...(code ? [t("byrole.code")] : [])];
  return words.join(", ");
}

/**
 * @param {{n: number, t: number}} nodes
 * @param {"auto" | "ask" | "never"} [way] how a role gets in: by a rule for it unless said
 * @returns {string} whom that trusts
 */
export function trustWords({ n, t: enough }, way = "auto") {
  if (way === "never") return t("byrole.trust-never");
  const key = way === "ask" ? "byrole.trust-ask" : "byrole.trust";
  if (n === 1) return t(`${key}-one`);
  return enough === 1 ? t(`${key}-each`, { n }) : t(key, { t: enough, n });
}

/** @param {string} purpose a known word, or what somebody typed @returns {string} */
export const purposeWord = (purpose) => (has(`purpose.${purpose}`) ? t(`purpose.${purpose}`) : purpose);

/** @param {Receipts} receipts @returns {string} how many key nodes confirmed, and when */
export function confirmedWords({ confirmed, nodes, needed, effective, time: when }) {
  if (effective && when === null) return t("pending.not-asked");
  if (!effective) return t("pending.unconfirmed", { confirmed, n: nodes, needed });
  const moment = /** @type {number} */ (when);
  return t("pending.confirmed", { confirmed, n: nodes, time: relative(moment) === "today" ? time(moment) : dateTime(moment) });
}

/** @param {unknown} error @param {string} prefix of the page's own words for codes @returns {string} */
export function problemWords(error, prefix) {
  const code = codeOf(error);
  // A developer reads the console; words for people stand on the page.
  if (code === "unknown") console.error(error);
  return has(`${prefix}.${code}`) ? t(`${prefix}.${code}`) : worded("problem", code);
}
