/** Words for who can read a part; the sentences stand in templates/pages/_readers.jinja. @module */

import { list, shortDate } from "../../ui/format.js";
import { has, t } from "../../ui/messages.js";
import { lastDay } from "../sharing/words.js";

/** @typedef {import("../../endpoint/readers.js").Reader} Reader */

const MOST = 3;

/** @param {Reader} reader @returns {string} */
export function readerName({ member, role, name }) {
  if (member !== null) return name ?? t("readers.unknown");
  return has(`readers.${role}`) ? t(`readers.${role}`) : t("readers.other", { role: role ?? "" });
}

/** @param {Reader} reader @returns {string} their name, and whether they are gone */
function label(reader) {
  return reader.gone ? t("readers.gone.name", { name: readerName(reader) }) : readerName(reader);
}

/** @param {Reader} reader @returns {string} what they are */
export function readerAbout({ member, role, emergency, gone }) {
  if (gone) return t("readers.gone");
  if (emergency !== null) return t("readers.emergency.about", { n: emergency });
  return member !== null && has(`role.${role}`) ? t(`role.${role}`) : "";
}

/** @param {Reader} reader @returns {string} how long */
export function readerUntil({ from, until, emergency, gone }) {
  if (gone) return "";
  if (emergency !== null) return t("readers.emergency");
  if (from !== null) return t("readers.from", { date: shortDate(from) });
  return until === null ? t("time.none") : t("time.until", { date: lastDay(until, true) });
}

/** @template T @param {T[]} people @param {number} [most] @returns {{shown: T[], more: number}} of one too many, one less is shown */
export function few(people, most = MOST) {
  return people.length <= most + 1 ? { shown: people, more: 0 } : { shown: people.slice(0, most), more: people.length - most };
}

/** @param {Reader[]} readers @returns {string} such as "You, Dr Okafor and Maya Newman" */
export function readersLine(readers) {
  if (!readers.length) return t("readers.only");
  const { shown, more } = few(readers);
  return list([t("readers.you"), ...shown.map(label), ...(more ? [t("readers.more", { n: more })] : [])]);
}

/** @param {Reader[]} readers @returns {string} the same without the owner */
export function othersLine(readers) {
  const { shown, more } = few(readers);
  return list([...shown.map(label), ...(more ? [t("readers.more", { n: more })] : [])]);
}
