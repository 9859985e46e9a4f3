/** Who the members in the activity are: as they were called when they were approved here, otherwise as the server says it. @module */
import * as api from "../../endpoint/api.js";
import { ApiError } from "../../endpoint/errors.js";
import { nameOf } from "../../endpoint/people.js";
import { read } from "../../endpoint/shapes.js";
import { icon } from "../../ui/icons.js";
import { has, t } from "../../ui/messages.js";
import { avatar } from "../../ui/people.js";

/** @typedef {import("./entry.js").Entry} Entry */
/** @typedef {import("../../endpoint/requests.js").KeyRequest} KeyRequest */
/** `initials`: the name that the avatar is of; `icon`: drawn instead. @typedef {{name: string, about: string, kind: string, initials?: string, icon?: string}} Named */

const SHORT = 8;
/** The directory counts how often it is asked. */
const MOST = 40;

/**
 * @param {Entry[]} entries
 * @param {{id: string, name: string}} me
 * @param {KeyRequest[]} requests
 * @param {Record<string, import("../../endpoint/people.js").Pin>} pins whom this device knows, by member id
 * @param {import("../../endpoint/peoplenames.js").Names} before how those were called whom the directory does not name any more
 * @param {{member: string, name: string}[]} [guardians] who acts for this member
 * @returns {Promise<(who: string) => Named>}
 */
export async function namesOf(entries, me, requests, pins, before, guardians = []) {
  /** @type {Map<string, Named>} */
  const known = new Map([
    [me.id, { name: t("act.you"), about: "", kind: "person", initials: me.name }],
    ["account", { name: t("act.account"), about: "", kind: "role", icon: "key" }],
    ["administrator", { name: t("act.administrator"), about: "", kind: "role", icon: "settings" }],
  ]);
  for (const one of requests) known.set(one.asker, named(one.asker_name, one.asker_role));
  for (const [member, pin] of Object.entries(pins)) {
    const called = nameOf(pin);
    if (called) known.set(member, named(called.name, called.role));
  }
  for (const one of guardians) known.set(one.member, { name: one.name, about: t("act.guardian"), kind: "person" });
  const wanted = new Set(entries.flatMap(({ who, other, lines }) => [who, other, ...lines.map((line) => line.member)].filter((one) => typeof one === "string")));
  for (const member of [...wanted].filter((one) => !known.has(one)).slice(0, MOST)) {
    const called = before[member];
    known.set(member, (await asked(member)) ?? (called ? named(called.name, called.role) : unknown(member)));
  }
  return (who) => known.get(who) ?? unknown(who);
}

/** @param {string} name @param {string} role @returns {Named} */
function named(name, role) {
  return { name, about: has(`role.${role}`) ? t(`role.${role}`) : role, kind: role };
}

/** @param {Named} named @param {32 | 40} size @returns {HTMLElement} */
export function face({ name, kind, initials, icon: symbol }, size) {
  const made = avatar(initials ?? name, kind, size);
  if (symbol) made.replaceChildren(icon(symbol));
  return made;
}

/** @param {string} who @returns {Named} */
function unknown(who) {
  return { name: t("act.somebody"), about: who.slice(0, SHORT), kind: "person" };
}

/** @param {string} member @returns {Promise<Named | null>} */
async function asked(member) {
  try {
    const { name, role } = read("directory", await api.get(`/directory/${encodeURIComponent(member)}`));
    return named(name, role);
  } catch (error) {
    // A name is a comfort; the list stands without it.
    if (error instanceof ApiError) return null;
    throw error;
  }
}
