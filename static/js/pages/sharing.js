/** The page of who can see what: a table to change, and nothing changes before Save. @module */
import { Impostor } from "../endpoint/errors.js";
import { change, waits } from "../endpoint/sharing.js";
import { byId, clone, el, onAction, show, slot } from "../ui/dom.js";
import { t } from "../ui/messages.js";
import { startPage } from "../ui/page.js";
import { announce, failed, isStop, loading, pageState } from "../ui/states.js";
import { takeShareWith } from "./shared/share-with.js";
import { askPerson } from "./sharing/add.js";
import { askCell } from "./sharing/cell.js";
import { CertifiedRoles } from "./sharing/certified.js";
import { conflict, drawChanges, sentence } from "./sharing/changes.js";
import { impostor, showStop } from "./sharing/compare.js";
import { changed, keepDraft, readDraft, rebased, without } from "./sharing/draft.js";
import { earlier } from "./sharing/earlier.js";
import { drawLacking } from "./sharing/lacking.js";
import { load } from "./sharing/load.js";
import { sendWaiting } from "./sharing/pending.js";
import { askRole } from "./sharing/role.js";
import { Overtaken, result, save, sure } from "./sharing/save.js";
import { matrix } from "./sharing/table.js";
import { now, problemWords } from "./sharing/words.js";

/** @typedef {import("../endpoint/session.js").Session} Session */
/** @typedef {import("./sharing/draft.js").Draft} Draft */
/** @typedef {import("./sharing/load.js").Scene} Scene */

void startPage(main, { needs: "session", role: "owner" });

/** @param {{session: Session}} page */
async function main({ session }) {
  const page = new SharingPage(session);
  const state = loading(pageState(), { title: t("sharing.loading") });
  try {
    await sendWaiting(byId("pending-note"), session, () => page.load());
    await page.load();
  } finally {
    state.done();
  }
  page.listen();
  const login = takeShareWith();
  if (login) void page.add(login);
  if (location.hash.startsWith("#m-")) document.getElementById(location.hash.slice(1))?.querySelector("button")?.focus();
}

/** What is shown, and what is not saved yet. */
class SharingPage {
  /** @type {Scene} */
  #scene;
  /** @type {Draft} */
  #draft;

  /** @param {Session} session */
  constructor(session) {
    this.session = session;
    this.certified = new CertifiedRoles(session);
    this.#scene = /** @type {any} */ (null);
    this.#draft = { base: [], changes: [], people: [] };
  }

  /** Read the list and the unsaved changes, and draw both. */
  async load() {
    const kept = await readDraft(this.session);
    this.#scene = await load(this.session, kept.people);
    const { draft, clashes } = rebased(kept, this.#scene.head.rules);
    await this.#keep(draft);
    byId("conflict").replaceChildren(...(clashes.length ? [conflict(this.#scene, clashes)] : []));
    const posing = [...this.#scene.people.values()].find((one) => one.problem === "impostor");
    if (posing) byId("stop").replaceChildren(impostor(posing.name, posing.member));
  }

  listen() {
    onAction(byId("page"), {
      cell: ({ dataset }) => void this.#press(String(dataset.member), String(dataset.partition)),
      undo: ({ dataset }) => void this.#undo({ member: String(dataset.member), partition: String(dataset.partition) }),
      discard: () => void this.#keep({ ...this.#draft, changes: [], people: [] }).then(() => this.#settled()),
      save: () => void this.#save(),
      add: () => void this.add(),
      look: () => location.assign(`${byId("see-as").dataset.href}${/** @type {HTMLSelectElement} */ (byId("see-as")).value}`),
      lists: () => void this.#earlier(),
      "deal-again": () => void this.#dealAgain(),
      mine: () => void this.#decide(this.#draft),
    });
    addEventListener("beforeunload", (event) => {
      if (this.#draft.changes.length) event.preventDefault();
    });
  }

  /** @param {string} member @param {string} partition */
  async #press(member, partition) {
    const role = this.#scene.roles.get(member);
    if (role) return this.#pressRole(role, partition);
    const person = this.#scene.people.get(member);
    if (!person) return;
    const answer = await askCell(this.#scene, this.#draft, person, partition);
    if (answer === "undo") await this.#keep(without(this.#draft, { member, partition }));
    else if (answer) await this.#keep(changed(this.#draft, answer));
    if (answer && answer !== "undo") announce(sentence(this.#scene, answer));
    this.#focus(member, partition);
  }

  /** @param {import("./sharing/load.js").RoleRow} role @param {string} partition */
  async #pressRole(role, partition) {
    const answer = await askRole(this.#scene, this.#draft, role, partition, now());
    if (answer === "undo") await this.#keep(without(this.#draft, { member: role.id, partition }));
    else if (answer) {
      await this.#keep(answer.reduce(changed, this.#draft));
      const made = answer.filter((one) => this.#draft.changes.includes(one));
      announce(made.map((one) => sentence(this.#scene, one)).join(" "));
    }
    this.#focus(role.id, partition);
  }

  /** @param {{member: string, partition: string}} cell */
  async #undo(cell) {
    await this.#keep(without(this.#draft, cell));
    if (byId("conflict").firstElementChild) this.#drawConflict();
    this.#focus(cell.member, cell.partition);
  }

  /** Go on from what is in force now. @param {Draft} draft */
  async #decide(draft) {
    await this.#keep({ ...draft, base: this.#scene.head.rules });
    byId("conflict").replaceChildren();
    this.#settled();
  }

  #drawConflict() {
    const { draft, clashes } = rebased(this.#draft, this.#scene.head.rules);
    if (clashes.length === 0) return void this.#decide(draft);
    byId("conflict").replaceChildren(conflict(this.#scene, clashes));
  }

  /** @param {Draft} draft */
  async #keep(draft) {
    this.#draft = draft;
    this.#draw();
    await keepDraft(this.session, draft);
  }

  #draw() {
    const [scene, draft] = [this.#scene, this.#draft];
    const nobody = scene.people.size === 0 && scene.head.rules.length === 0;
    const empty = scene.people.size === 0 && scene.roles.size === 0;
    byId("matrix").replaceChildren(...(nobody ? [clone("t-nobody")] : []), ...(empty ? [] : [matrix(scene, draft)]));
    show(byId("no-roles"), scene.roles.size === 0);
    drawLacking(byId("lacking"), scene);
    drawChanges(byId("changes"), scene, draft);
    for (const id of ["how", "changes", "legend"]) show(byId(id), !empty);
    byId("unsaved-words").textContent = t("sharing.unsaved", { n: draft.changes.length });
    show(byId("unsaved"), draft.changes.length > 0);
    this.#drawSeeAs();
    this.certified.show(scene.people.values());
  }

  #drawSeeAs() {
    const seen = [...this.#scene.people.values()].filter((one) => one.found);
    byId("see-as").replaceChildren(...seen.map((one) => el("option", { value: one.member }, one.name)));
    show(byId("eyes"), seen.length > 0);
  }

  /** @param {string} member @param {string} partition */
  #focus(member, partition) {
    const cell = document.querySelector(`[data-action="cell"][data-member="${member}"][data-partition="${CSS.escape(partition)}"]`);
    if (cell instanceof HTMLElement) cell.focus();
  }

  /** Focus after the panel's buttons are gone. */
  #settled() {
    announce(t("sharing.unsaved", { n: this.#draft.changes.length }));
    byId("changes-title").focus();
  }

  /** @param {string} [login] filled in already */
  async add(login = "") {
    const added = await askPerson(this.session, login);
    if (!added) return;
    const people = [...this.#draft.people.filter((one) => one.member !== added.member), added];
    const known = this.#scene.people.has(added.member);
    await keepDraft(this.session, { ...this.#draft, people });
    if (!known) await this.load();
    this.#focus(added.member, this.#scene.columns[0]);
  }

  /** Deal what the nodes lack: the list itself stays as it is. */
  async #dealAgain() {
    try {
      await change(this.session, (rules) => rules);
      await this.load();
      announce(t("lacking.done"));
    } catch (error) {
      await this.#failed(error);
    }
  }

  async #earlier() {
    const place = byId("lists");
    const state = loading(place, { title: t("lists.loading") });
    try {
      const found = await earlier(this.session, this.#scene);
      state.done();
      place.replaceChildren(found);
      show(place);
      slot(found, "title").focus();
    } catch (error) {
      state.done();
      failed(place, error);
    }
  }

  async #save() {
    const [scene, draft] = [this.#scene, this.#draft];
    if (!(await sure(scene, draft))) return;
    const button = slot(byId("changes"), "save");
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    slot(byId("changes"), "error").textContent = "";
    announce(t("step.signing"));
    try {
      const outcome = await save(this.session, scene, draft);
      await this.#saved(draft, outcome);
    } catch (error) {
      await this.#failed(error);
    } finally {
      button.removeAttribute("aria-disabled");
    }
  }

  /** @param {Draft} saved @param {import("../endpoint/sharing.js").Outcome} outcome */
  async #saved(saved, outcome) {
    const scene = this.#scene;
    const state = result(scene, saved.changes, outcome, async () => {
      try {
        await this.#saved(saved, await change(this.session, (rules) => rules));
      } catch (error) {
        await this.#failed(error);
      }
    });
    await keepDraft(this.session, { ...saved, changes: [], people: [] });
    byId("result").replaceChildren(state);
    for (const id of ["pending-note", "conflict", "stop"]) byId(id).replaceChildren();
    await this.load();
    slot(state, "title").focus();
  }

  /** @param {unknown} error */
  async #failed(error) {
    if (error instanceof Overtaken) return this.load().then(() => byId("conflict").querySelector("h2")?.focus());
    if (error instanceof Impostor) {
      const name = this.#scene.people.get(error.member)?.name ?? t("sharing.unknown");
      return showStop(byId("stop"), impostor(name, error.member));
    }
    if (isStop(error)) return failed(byId("stop"), error);
    const kept = await waits(this.session).catch(() => false);
    const words = problemWords(error, "sharing.problem");
    slot(byId("changes"), "error").textContent = kept ? `${words} ${t("sharing.kept")}` : words;
  }
}
