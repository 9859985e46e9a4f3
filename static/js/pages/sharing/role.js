/** The question that a role's cell asks: automatically, ask me, or never; and what each of them trusts. @module */
import { cellOf, roleCell } from "../../endpoint/matrix.js";
import { clone, el, onAction, show, slot } from "../../ui/dom.js";
import { onSubmit, showErrors } from "../../ui/forms.js";
import { t } from "../../ui/messages.js";
import { partName, partTile } from "../../ui/parts.js";
import { changeOf } from "./draft.js";
import { mountTerms, readTerms } from "./terms.js";
import { roleName, specialWords, trustWords } from "./words.js";

/** @typedef {import("../../endpoint/matrix.js").CellChange} CellChange */
/** @typedef {import("./draft.js").Draft} Draft */
/** @typedef {import("./load.js").RoleRow} RoleRow */
/** @typedef {import("./load.js").Scene} Scene */
/** @typedef {import("./load.js").Someone} Someone */
/** @typedef {"auto" | "ask" | "never"} Way */

/**
 * @param {Scene} scene @param {Draft} draft @param {RoleRow} role @param {string} partition
 * @param {number} now Unix seconds
 * @returns {Promise<CellChange[] | "undo" | null>} the changes that were chosen; undo of an unsaved one; null for none
 */
export function askRole(scene, draft, role, partition, now) {
  const cell = roleCell(scene.head.rules, role, partition, now);
  const change = changeOf(draft, role.id, partition);
  const persons = directOf(scene, role, partition, now);
  const noKey = scene.own.epoch(partition) === null;
  const dialog = /** @type {HTMLDialogElement} */ (clone("t-role-cell", {
    title: t("byrole.title", { part: partName(partition), who: roleName(role) }), tile: partTile(partition, 44),
    who: role.name === null ? t("byrole.unknown") : t("byrole.certified", { name: role.name }),
    special: specialWords(cell), why: noKey ? t("cell.no-key") : "",
  }));
  const form = /** @type {HTMLFormElement} */ (slot(dialog, "form"));
  const chosen = change && !change.take ? change : cell.state === "shared" ? cell : null;
  mountTerms("role", form, { chosen, earlier: null });
  show(slot(dialog, "records"));
  const way = change?.take || !chosen ? "ask" : "auto";
  mountWays(form, { way, automatic: !noKey && role.name !== null, nodes: scene.nodes });
  mountPersons(dialog, persons);
  show(slot(dialog, "undo"), change !== null);
  return answered(dialog, form, { role, partition, persons });
}

/**
 * People of a role whom the owner let read a part directly.
 * @param {Scene} scene @param {{role: string}} role @param {string} partition @param {number} now Unix seconds
 * @returns {Someone[]}
 */
export function directOf({ people, head }, { role }, partition, now) {
  return [...people.values()].filter((one) =>
    one.role === role && ["shared", "later"].includes(cellOf(head.rules, one.member, partition, now).state));
}

/** @param {HTMLFormElement} form @param {{way: Way, automatic: boolean, nodes: Scene["nodes"]}} first */
function mountWays(form, { way, automatic, nodes }) {
  wayInput(form, "auto").disabled = !automatic;
  wayInput(form, way === "auto" && !automatic ? "ask" : way).checked = true;
  const draw = () => {
    const picked = wayOf(form);
    show(slot(form, "automatic"), picked === "auto");
    show(slot(form, "never"), picked === "never");
    slot(form, "trust").textContent = trustWords(nodes, picked);
  };
  form.addEventListener("change", draw);
  draw();
}

/** @param {HTMLFormElement} form @param {Way} way @returns {HTMLInputElement} */
function wayInput(form, way) {
  return /** @type {HTMLInputElement} */ (form.querySelector(`#role-way-${way}`));
}

/** @param {HTMLFormElement} form @returns {Way} */
function wayOf(form) {
  const picked = form.querySelector('input[name="role-way"]:checked');
  return /** @type {Way} */ (picked instanceof HTMLInputElement ? picked.value : "ask");
}

/** @param {HTMLElement} dialog @param {readonly Someone[]} persons who could be taken along */
function mountPersons(dialog, persons) {
  show(slot(dialog, "some"), persons.length > 0);
  show(slot(dialog, "nobody"), persons.length === 0);
  slot(dialog, "persons").append(...persons.map(({ member, name }) => {
    const id = `role-take-${member}`;
    const box = el("input", { class: "nhsuk-checkboxes__input", type: "checkbox", id, name: "role-take", value: member, checked: true });
    return el("div", { class: "nhsuk-checkboxes__item" }, box, el("label", { class: "nhsuk-label nhsuk-checkboxes__label", for: id }, name));
  }));
}

/**
 * @param {HTMLDialogElement} dialog @param {HTMLFormElement} form
 * @param {{role: RoleRow, partition: string, persons: readonly Someone[]}} about
 * @returns {Promise<CellChange[] | "undo" | null>}
 */
function answered(dialog, form, about) {
  document.body.append(dialog);
  return new Promise((resolve) => {
    /** @type {CellChange[] | "undo" | null} */
    let answer = null;
    const close = (/** @type {CellChange[] | "undo" | null} */ found) => { answer = found; dialog.close(); };
    dialog.addEventListener("close", () => { dialog.remove(); resolve(answer); });
    onSubmit(form, () => {
      const { changes, errors } = chosenChanges(form, about);
      showErrors(form, errors);
      if (!errors.length) close(changes);
    });
    onAction(dialog, { no: () => close(null), undo: () => close("undo") });
    dialog.showModal();
    slot(dialog, "title").focus();
  });
}

/** @param {HTMLFormElement} form @param {{role: RoleRow, partition: string, persons: readonly Someone[]}} about */
function chosenChanges(form, { role: { id, role, issuer }, partition, persons }) {
  const own = { member: id, key: "", role: { role, issuer }, partition };
  const nothing = { take: true, until: null, history: false };
  const way = wayOf(form);
  if (way === "auto") {
    const { terms, errors } = readTerms("role", form);
    return { changes: [{ ...own, ...terms, take: false }], errors };
  }
  const ticked = new Set([...form.querySelectorAll('input[name="role-take"]:checked')].map((box) => /** @type {HTMLInputElement} */ (box).value));
  const taken = way === "never" ? persons.filter(({ member }) => ticked.has(member)) : [];
  return { changes: [{ ...own, ...nothing }, ...taken.map(({ member, key }) => ({ member, key, partition, ...nothing }))], errors: [] };
}
