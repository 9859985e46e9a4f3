/** Who left of those with whom the owner shares: a notice for each, until she dismisses it. @module */
import { rememberPeople } from "../../endpoint/peoplenames.js";
import { dismissNotice, readNotices } from "../../endpoint/work.js";
import { byId, clone, onAction, show } from "../../ui/dom.js";
import { date } from "../../ui/format.js";
import { t } from "../../ui/messages.js";
import { avatar } from "../../ui/people.js";
import { explain, report } from "../../ui/states.js";

/** @typedef {import("../../endpoint/work.js").Notice} Notice */

/**
 * Draw the notices that there are.
 * @param {import("../../endpoint/session.js").Session} session
 * @returns {Promise<import("../../endpoint/peoplenames.js").Names>} how those are called who left, also later
 */
export async function drawLeavers(session) {
  const place = byId("leavers");
  const notices = await readNotices();
  place.replaceChildren(...notices.map(panel));
  show(byId("leavers-place"), notices.length > 0);
  onAction(place, { dismiss: (button) => void dismiss(button) });
  const names = Object.fromEntries(notices.map(({ member, name, role }) => [member, { name, role }]));
  await rememberPeople(session, names);
  return names;
}

/** @param {Notice} notice @returns {HTMLElement} */
function panel({ id, name, role, organisation, time, ends_membership: ended, finished }) {
  const words = ended ? (finished ? "home.left.ended" : "home.left.ending") : "home.left.stays";
  const made = clone("t-leaver", {
    picture: avatar(name, role), title: t("home.left", { name, organisation }), text: t(words), date: date(time),
    of: t("home.left.of", { name }),
  });
  made.dataset.notice = id;
  return made;
}

/** @param {HTMLElement} button */
async function dismiss(button) {
  const row = button.closest("[data-notice]");
  if (!(row instanceof HTMLElement)) return;
  try {
    await dismissNotice(row.dataset.notice ?? "");
    row.remove();
    const left = byId("leavers").childElementCount;
    show(byId("leavers-place"), left > 0);
    byId(left > 0 ? "leavers-title" : "greeting").focus();
  } catch (error) {
    report(error);
    row.querySelector("[role=status]")?.replaceChildren(explain(error));
  }
}
