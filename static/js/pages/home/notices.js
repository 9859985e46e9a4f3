/** What an owner is told at once, on her first page. @module */
import { list, see } from "../../endpoint/notices.js";
import { dateTime } from "../../ui/format.js";
import { icon } from "../../ui/icons.js";
import { t } from "../../ui/messages.js";

/** @typedef {import("../../endpoint/notices.js").Notice} Notice */
/** @typedef {import("./needs.js").Need} Need */

/** What each notice that was not seen yet needs. @returns {Promise<Need[]>} newest first */
export async function noticeNeeds() {
  return (await list()).filter(({ seen }) => seen === null).map(needOf);
}

/** @param {Notice} notice @returns {Need} */
function needOf({ id, kind, asker_name: name, at, until, reason }) {
  const words = { name, date: dateTime(at), until: dateTime(until), reason };
  const href = kind === "code" ? "/consent-code" : "/emergency";
  return {
    picture: icon("bell", 32), title: t(`home.${kind}`, words), text: t(`home.${kind}.text`, words), link: t(`home.${kind}.link`), href,
    // An emergency counts as seen where it is shown whole.
    ...(kind === "code" && { done: () => see(id) }),
  };
}
