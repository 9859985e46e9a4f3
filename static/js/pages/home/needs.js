/** What needs the owner: a panel that is there only when something does. @module */
import { byId, clone, show, slot } from "../../ui/dom.js";
import { date, list } from "../../ui/format.js";
import { icon } from "../../ui/icons.js";
import { has, t } from "../../ui/messages.js";
import { ordered, partName } from "../../ui/parts.js";
import { avatar } from "../../ui/people.js";

/** @typedef {import("../../endpoint/requests.js").KeyRequest} KeyRequest */
/** @typedef {import("../../endpoint/activity.js").Event} Event */
/**
 * @typedef {{picture: Node, title: string, text: string, link: string, href: string, of?: string,
 *   done?: () => unknown}} Need done: called when its link is pressed, which then leads there */

/** @param {KeyRequest} request @returns {Need} */
export function requestNeed({ id, asker_name: name, asker_role: role, reason }) {
  return {
    picture: avatar(name, role), title: t("home.asks", { name }),
    text: t("home.asks.text", { role: has(`role.${role}`) ? t(`role.${role}`) : role, reason }),
    link: t("home.review"), href: `/requests/${id}`, of: t("home.review.of", { name }),
  };
}

/** @param {import("../../endpoint/proposals.js").Proposal} proposal @returns {Need} */
export function proposalNeed({ record, author_name: name, author_role: role, partitions, offered }) {
  const parts = list(ordered(new Set(partitions)).map(partName));
  return {
    picture: avatar(name, role), title: t("home.added", { name }),
    text: t("home.added.text", { parts, date: date(offered) }),
    link: t("home.added.link"), href: `/proposals/${record}`, of: t("home.review.of", { name }),
  };
}

/** @returns {Need} */
export const sharingNeed = () => ({
  picture: icon("people", 32), title: t("home.sharing"), text: t("home.sharing.text"), link: t("home.sharing.link"), href: "/sharing",
});

/**
 * A recovery code that was used and not replaced since.
 * @param {Event[]} events oldest first @returns {Need | null}
 */
export function recoveryNeed(events) {
  const used = events.findLastIndex(({ type }) => type === "recovery-used");
  const renewed = events.findLastIndex(({ type }) => type === "recovery-renewed");
  if (used < 0 || renewed > used) return null;
  return {
    picture: icon("key", 32), title: t("home.recovery"), text: t("home.recovery.text", { date: date(events[used].time) }),
    link: t("home.recovery.link"), href: "/security",
  };
}

/** @param {Need[]} needs */
export function drawNeeds(needs) {
  byId("needs-rows").replaceChildren(...needs.map(row));
  show(byId("needs-place"), needs.length > 0);
}

/** @param {Need} need @param {number} index */
function row({ picture, title, text, link, href, of = "", done }, index) {
  const made = clone("t-need", { picture, title, text, link, of });
  const act = slot(made, "act");
  act.setAttribute("href", href);
  if (done) act.addEventListener("click", done);
  // One filled button in view: the first is the main action.
  act.classList.toggle("button--outline", index > 0);
  return made;
}
