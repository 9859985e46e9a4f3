/**
 * Dialogs that ask for what happens to a part: its name, where it goes, what of it is moved.
 *
 * Each gives what was answered, or null for Cancel and Escape; the focus goes back to where it was.
 * @module
 */
import { nameOf } from "../../importer/names.js";
import { byId, clone, el, fill, show, slot } from "../../ui/dom.js";
import { confirm } from "../../ui/dialog.js";
import { list } from "../../ui/format.js";
import { clearErrors, showErrors } from "../../ui/forms.js";
import { t } from "../../ui/messages.js";
import { partName, PARTS, usualName } from "../../ui/parts.js";
import { kindWords, titleOf } from "./describe.js";
import { NOWHERE } from "./parts.js";

/** @typedef {import("./draft.js").Draft} Draft */
/** @typedef {import("./importing.js").Unit} Unit */
/** @typedef {import("../../ui/forms.js").FieldError} FieldError */

/** How many units of a kind can be chosen one by one before a button shows more. */
const STEP = 100;
/** Whoever treats the patient relies on these. */
const VITAL = ["allergy", "medication"];

/**
 * Show a form in a dialog until it is sent without errors.
 * @param {HTMLElement} body @param {{title: string, yes: string, check?: () => FieldError[], ready?: () => void}} options
 * @returns {Promise<boolean>}
 */
async function askForm(body, { title, yes, check = () => [], ready }) {
  const dialog = /** @type {HTMLDialogElement} */ (clone("t-part-dialog", { title, yes, body }));
  const form = /** @type {HTMLFormElement} */ (dialog.querySelector("form"));
  const before = document.activeElement;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearErrors(form);
    const errors = check();
    if (errors.length) showErrors(form, errors);
    else dialog.close("yes");
  });
  slot(dialog, "no").addEventListener("click", () => dialog.close("no"));
  document.body.append(dialog);
  const { promise, resolve } = Promise.withResolvers();
  dialog.addEventListener("close", () => { dialog.remove(); resolve(dialog.returnValue === "yes"); });
  dialog.showModal();
  ready?.();
  const done = /** @type {boolean} */ (await promise);
  if (!done && before instanceof HTMLElement) before.focus();
  return done;
}

/** @param {string} id @returns {HTMLInputElement} */
const input = (id) => /** @type {HTMLInputElement} */ (byId(id));

/** @param {Draft} draft @param {string} part "" for a new one @returns {FieldError[]} */
function nameErrors({ parts }, part) {
  const name = nameOf(input("part-name").value);
  if (!name) return [{ field: "part-name", text: t("add.part.name-missing") }];
  const others = parts.shown.filter((each) => each !== part).map((each) => partName(each).toLocaleLowerCase());
  return others.includes(name.toLocaleLowerCase()) ? [{ field: "part-name", text: t("add.part.name-taken", { name }) }] : [];
}

/** @param {Draft} draft @returns {Promise<{id: string, name: string} | null>} a part to add */
export async function askNewPart(draft) {
  const body = clone("t-part-new");
  const offer = () => {
    const { neutral, telling } = draft.parts.idsFor(nameOf(input("part-name").value));
    input("part-id-neutral").value = neutral;
    input("part-id-telling").value = telling;
    fill(body, { neutral, telling });
    show(slot(body, "telling-item"), telling !== neutral);
    if (telling === neutral) input("part-id-neutral").checked = true;
  };
  const yes = await askForm(body, {
    title: t("add.part.new"), yes: t("add.part.new.yes"), check: () => nameErrors(draft, ""),
    ready: () => { offer(); input("part-name").addEventListener("input", offer); },
  });
  if (!yes) return null;
  const chosen = /** @type {HTMLInputElement} */ (body.querySelector("input[name=part-id]:checked"));
  const name = /** @type {HTMLInputElement} */ (body.querySelector("#part-name")).value;
  return { id: chosen.value, name: nameOf(name) };
}

/** @param {Draft} draft @param {string} part @returns {Promise<string | null>} its new name, "" for the usual one */
export async function askName(draft, part) {
  const known = PARTS.includes(part);
  const body = clone("t-part-name", { hint: t(known ? "add.part.rename.hint" : "add.part.rename.hint-own", { part: usualName(part) }) });
  const field = /** @type {HTMLInputElement} */ (body.querySelector("#part-name"));
  field.value = partName(part);
  const yes = await askForm(body, { title: t("add.part.rename.title", { part: partName(part) }), yes: t("add.part.rename.yes"), check: () => nameErrors(draft, part) });
  if (!yes) return null;
  const name = nameOf(field.value);
  return name === usualName(part) ? "" : name;
}

/** @param {HTMLElement} body @param {string[]} parts */
function offerParts(body, parts) {
  slot(body, "to").replaceChildren(...parts.map((part) => el("option", { value: part }, partName(part))));
}

/** @param {HTMLElement} body @returns {string} */
const chosenPart = (body) => /** @type {HTMLSelectElement} */ (slot(body, "to")).value;

/** @param {Draft} draft @param {string} part @returns {Promise<string | null>} the part that it goes into whole */
export async function askMerge(draft, part) {
  const body = clone("t-part-merge", { text: t("add.part.merge.text", { part: partName(part) }) });
  offerParts(body, draft.parts.shown.filter((each) => each !== part));
  const yes = await askForm(body, { title: t("add.part.merge.title", { part: partName(part) }), yes: t("add.part.merge.yes") });
  return yes ? chosenPart(body) : null;
}

/** @param {Record<string, number>} counts @param {string} what in words @returns {Promise<boolean>} whether it is left out */
export function askOut(counts, what) {
  const missed = VITAL.filter((kind) => counts[kind]).map((kind) => kindWords(kind, counts[kind]));
  const body = [el("p", {}, t("add.out.text"))];
  if (missed.length) body.push(el("p", { class: "part-dialog__warning" }, t("add.out.warning", { items: list(missed) })));
  return confirm({ title: t("add.out.title", { what }), body, yes: t("add.out.yes"), danger: missed.length > 0 });
}

/**
 * Which units of a part to move, by kind or one by one.
 * @param {Draft} draft @param {string} part @returns {Promise<{ids: string[], to: string} | null>}
 */
export async function askSeveral(draft, part) {
  const units = draft.unitsIn(part);
  const kinds = [...Map.groupBy(units, ({ kind }) => kind)];
  /** @type {Set<string>} */
  const chosen = new Set();
  const body = clone("t-part-several", { groups: kinds.map(([kind, group], index) => kindGroup(kind, group, index, chosen)) });
  offerParts(body, draft.parts.shown.filter((each) => each !== part));
  if (part !== NOWHERE) slot(body, "to").append(el("option", { value: NOWHERE }, t("add.move.out")));
  const yes = await askForm(body, {
    title: t("add.part.several.title", { part: part === NOWHERE ? t("add.out.column") : partName(part) }), yes: t("add.part.several.yes"),
    check: () => (chosen.size ? [] : [{ field: "kind-0", text: t("add.part.several.missing") }]),
  });
  return yes ? { ids: units.map(({ id }) => id).filter((id) => chosen.has(id)), to: chosenPart(body) } : null;
}

/** @param {string} kind @param {Unit[]} units @param {number} index @param {Set<string>} chosen */
function kindGroup(kind, units, index, chosen) {
  const made = clone("t-kind-group", { label: t("add.part.several.all", { kind: t(`kind.${kind}`), n: units.length }), "each-of": t(`kind.${kind}`) });
  const all = /** @type {HTMLInputElement} */ (made.querySelector("input"));
  all.id = `kind-${index}`;
  slot(made, "label").setAttribute("for", all.id);
  const boxes = () => /** @type {HTMLInputElement[]} */ ([...slot(made, "each").querySelectorAll("input")]);
  const told = () => {
    const n = units.filter(({ id }) => chosen.has(id)).length;
    [all.checked, all.indeterminate] = [n === units.length, n > 0 && n < units.length];
  };
  all.addEventListener("change", () => {
    for (const { id } of units) chosen[all.checked ? "add" : "delete"](id);
    for (const box of boxes()) box.checked = all.checked;
  });
  slot(made, "each").addEventListener("change", ({ target }) => {
    const box = /** @type {HTMLInputElement} */ (target);
    chosen[box.checked ? "add" : "delete"](box.value);
    told();
  });
  slot(made, "fold").addEventListener("toggle", () => more(made, units, chosen), { once: true });
  show(slot(made, "fold"), units.length > 1);
  return made;
}

/** The next units, each with a box. @param {HTMLElement} made @param {Unit[]} units @param {Set<string>} chosen */
function more(made, units, chosen) {
  const place = slot(made, "each");
  const drawn = place.children.length;
  const rows = units.slice(drawn, drawn + STEP).map((unit) => {
    const row = clone("t-unit-box", { label: titleOf(unit) });
    const box = /** @type {HTMLInputElement} */ (row.querySelector("input"));
    [box.id, box.value, box.checked] = [`box-${unit.id}`, unit.id, chosen.has(unit.id)];
    slot(row, "label").setAttribute("for", box.id);
    return row;
  });
  place.append(...rows);
  const button = slot(made, "more");
  const left = Math.min(STEP, units.length - place.children.length);
  show(button, left > 0);
  if (left > 0) fill(made, { more: t("add.more", { n: left }) });
  button.onclick = () => { more(made, units, chosen); rows.at(-1)?.querySelector("input")?.focus(); };
}
