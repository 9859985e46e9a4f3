/** The table of people and parts: each cell a button that says part, person and until when. @module */
import { cellOf, isOutdated, roleCell } from "../../endpoint/matrix.js";
import { clone, el, slot } from "../../ui/dom.js";
import { icon } from "../../ui/icons.js";
import { t } from "../../ui/messages.js";
import { partChip, partClass, partName, partTile } from "../../ui/parts.js";
import { avatar } from "../../ui/people.js";
import { changeOf } from "./draft.js";
import { lastDay, now, roleName, roleWord, specialWords } from "./words.js";

/** @typedef {import("../../endpoint/matrix.js").Cell} Cell */
/** @typedef {import("../../endpoint/matrix.js").CellChange} CellChange */
/** @typedef {import("./draft.js").Draft} Draft */
/** @typedef {import("./load.js").RoleRow} RoleRow */
/** @typedef {import("./load.js").Scene} Scene */
/** @typedef {import("./load.js").Someone} Someone */

const STATES = {
  shared: { icon: "check", words: "cell.no-end" }, later: { icon: "clock", words: "cell.from" },
  ended: { icon: "clock", words: "cell.ended" }, closed: { icon: "lock", words: "cell.closed" },
  none: { icon: "dash", words: "cell.none" },
};

/** @param {Scene} scene @param {Draft} draft @returns {HTMLElement} */
export function matrix(scene, draft) {
  const made = clone("t-matrix");
  slot(made, "heads").append(...scene.columns.map(head));
  slot(made, "people").append(...[...scene.people.values()].map((one) => personRow(scene, draft, one)));
  slot(made, "roles").append(...[...scene.roles.values()].map((row) => roleRow(scene, draft, row)));
  for (const group of made.querySelectorAll("[data-span]")) group.setAttribute("colspan", String(scene.columns.length + 1));
  slot(made, "people").toggleAttribute("hidden", scene.people.size === 0);
  slot(made, "roles").toggleAttribute("hidden", scene.roles.size === 0);
  return made;
}

/** @param {string} partition @returns {HTMLElement} */
function head(partition) {
  return el("th", { scope: "col", role: "columnheader", class: `matrix__part ${partClass(partition)}` }, partTile(partition, 28), el("span", {}, partName(partition)));
}

/** @param {Scene} scene @param {Draft} draft @param {Someone} person @returns {HTMLElement} */
function personRow(scene, draft, person) {
  const problem = person.problem ? clone(`t-row-${person.problem}`) : "";
  const row = clone("t-row", { avatar: avatar(person.name, person.role, 40), name: person.name, role: roleWord(person.role), problem });
  row.id = `m-${person.member}`;
  row.append(...scene.columns.map((name) => cellOfPerson(scene, draft, person, name)));
  return row;
}

/** @param {Scene} scene @param {Draft} draft @param {Someone} person @param {string} partition @returns {HTMLElement} */
function cellOfPerson(scene, draft, person, partition) {
  const cell = cellOf(scene.head.rules, person.member, partition, now());
  const change = changeOf(draft, person.member, partition);
  const outdated = isOutdated(cell, person.found);
  const face = change ? changedFace(cell, change) : outdated ? outdatedFace() : plainFace(cell);
  return placed(partition, pressed(person.member, person.name, partition, face));
}

/**
 * @param {string} id of a member or a role @param {string} name @param {string} partition
 * @param {{icon: string, label: string, content: HTMLElement, classes: string}} face @returns {HTMLElement}
 */
function pressed(id, name, partition, face) {
  return el("button", {
    type: "button", class: face.classes, "data-action": "cell", "data-member": id, "data-partition": partition,
    "aria-label": t("cell.name", { part: partName(partition), name, state: face.label }), "aria-haspopup": "dialog",
  }, icon(face.icon, 20), face.content);
}

/** @param {string} partition @param {HTMLElement} content @returns {HTMLElement} */
function placed(partition, content) {
  const label = el("span", { class: "matrix__label", "aria-hidden": "true" }, partChip(partition));
  return el("td", { role: "cell", class: partClass(partition) }, label, content);
}

/** @param {Cell} cell @returns {{icon: string, label: string, content: HTMLElement, classes: string}} */
function plainFace(cell) {
  const { icon: name, words } = STATES[cell.state];
  const label = stateWords(cell, words);
  return { icon: name, label, content: el("span", {}, label), classes: `cell cell--${cell.state}` };
}

/** They have other keys than the list names. */
function outdatedFace() {
  const label = t("cell.renewed");
  return { icon: "dash", label, content: el("span", {}, label), classes: "cell cell--none" };
}

/** @param {Cell} cell @param {string} words @returns {string} */
function stateWords({ state, from, until }, words) {
  if (state === "shared" && until !== null) return t("cell.until", { date: lastDay(until, true) });
  if (state === "later") return t(words, { date: lastDay(from + 1, true) });
  return state === "ended" ? t(words, { date: lastDay(Number(until), true) }) : t(words);
}

/** @param {Cell} cell @param {CellChange} change */
function changedFace(cell, change) {
  const classes = "cell cell--changed";
  if (change.take) {
    const label = t("cell.take");
    const before = el("s", {}, plainFace(cell).label);
    return { icon: "minus", label: `${label} ${before.textContent}`, content: el("span", {}, el("strong", {}, label), " ", before), classes };
  }
  const label = change.until === null ? t("cell.no-end") : t("cell.until", { date: lastDay(change.until, true) });
  return { icon: cell.state === "shared" ? "pen" : "plus", label, content: el("strong", {}, label), classes };
}

/** @param {Scene} scene @param {Draft} draft @param {RoleRow} role @returns {HTMLElement} */
function roleRow(scene, draft, role) {
  const name = roleName(role);
  const certified = role.name === null ? "" : t("byrole.certified", { name: role.name });
  const problem = role.name === null ? clone("t-row-uncertified") : "";
  const made = clone("t-row", { avatar: avatar(roleWord(role.role), "role", 40), name, role: certified, problem });
  made.append(...scene.columns.map((partition) => cellOfRole(scene, draft, role, partition)));
  return made;
}

/** @param {Scene} scene @param {Draft} draft @param {RoleRow} role @param {string} partition @returns {HTMLElement} */
function cellOfRole(scene, draft, role, partition) {
  const cell = roleCell(scene.head.rules, role, partition, now());
  const change = changeOf(draft, role.id, partition);
  const special = specialWords(cell);
  const face = change ? changedRoleFace(cell, change) : plainRoleFace(cell);
  if (special) face.content.append(" ", el("span", { class: "cell__more" }, special));
  return placed(partition, pressed(role.id, roleName(role), partition, { ...face, label: special ? `${face.label}, ${special}` : face.label }));
}

/** @param {Cell} cell */
function plainRoleFace(cell) {
  const label = roleStateWords(cell);
  return { icon: STATES[cell.state].icon, label, content: el("span", {}, label), classes: `cell cell--${cell.state}` };
}

/** @param {Cell} cell @returns {string} */
function roleStateWords(cell) {
  if (cell.state === "none") return t("byrole.ask");
  if (cell.state !== "shared") return stateWords(cell, STATES[cell.state].words);
  return cell.until === null ? t("byrole.auto") : t("byrole.auto-until", { date: lastDay(cell.until, true) });
}

/** @param {Cell} cell @param {CellChange} change */
function changedRoleFace(cell, { take, until }) {
  const classes = "cell cell--changed";
  const label = take ? t("byrole.ask") : until === null ? t("byrole.auto") : t("byrole.auto-until", { date: lastDay(until, true) });
  if (!take) return { icon: cell.state === "shared" ? "pen" : "plus", label, content: el("span", {}, el("strong", {}, label)), classes };
  const before = roleStateWords(cell);
  return { icon: "minus", label: `${label} ${before}`, content: el("span", {}, el("strong", {}, label), " ", el("s", {}, before)), classes };
}
