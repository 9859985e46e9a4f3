/**
 * Add a record: choose a file, check what goes where, save.
 *
 * The file is read in a worker of this page and leaves the browser only encrypted.
 * @module
 */
import { forgetEntry, recallEntry } from "../endpoint/handentry.js";
import { recallNames } from "../endpoint/partnames.js";
import { byId, onAction, show, slot } from "../ui/dom.js";
import { shortDate } from "../ui/format.js";
import { t } from "../ui/messages.js";
import { startPage } from "../ui/page.js";
import { report } from "../ui/states.js";
import { CheckStep } from "./add/check.js";
import { mountChoose, offerKept, take } from "./add/choose.js";
import { Draft } from "./add/draft.js";
import { drawSaved, Saving } from "./add/save.js";
import { showOnItsWay } from "./shared/on-its-way.js";

/** @typedef {import("../endpoint/session.js").Session} Session */
/** @typedef {"choose" | "check" | "save" | "saved"} Step */
/** Everything of the file that is being added. @typedef {{draft: Draft, importing: import("./add/importing.js").Importing, check: CheckStep, saving: Saving}} Work */

const STEPS = /** @type {Step[]} */ (["choose", "check", "save", "saved"]);
/** The address of what was entered by hand; a fragment is never sent. */
const BY_HAND = "#by-hand";

class AddPage {
  /** @param {Session} session @param {ReadonlyMap<string, string>} names what she calls parts */
  constructor(session, names) {
    this.session = session;
    this.names = names;
    /** @type {Work | null} */
    this.work = null;
    /** @type {Step} */
    this.step = "choose";
    /** What was entered by hand and is being added now. @type {import("../endpoint/handentry.js").HandEntry | undefined} */
    this.entry = undefined;
  }

  start() {
    mountChoose((file, importing, prepared) => this.read(file, importing, prepared));
    onAction(byId("page"), {
      "choose-again": (_link, event) => {
        event.preventDefault();
        if (this.entry) location.assign(byId("by-hand-link").getAttribute("href") ?? "/add");
        else history.back();
      },
      again: (_link, event) => { event.preventDefault(); this.show("choose"); },
      "back-to-check": () => { this.show("check"); this.work?.check.again.resume(); },
    });
    byId("step-save").addEventListener("again", () => void this.save());
    byId("step-save").addEventListener("superseded", () => void this.work?.check.again.start({ anew: true }));
    addEventListener("popstate", ({ state }) => this.travelled(state?.step));
    addEventListener("beforeunload", (event) => { if (this.holds) event.preventDefault(); });
    // After a reload the steps of an earlier visit lead nowhere.
    history.replaceState(null, "");
    this.showWaiting();
    void this.byHand().catch(report);
  }

  /** Whether leaving would lose something: what was typed is kept, what was decided about it is not. */
  get holds() {
    return this.work !== null && !(this.entry && this.work.draft.isUntouched);
  }

  /** What was entered by hand is read as a file is, or offered where that is not asked for. */
  async byHand() {
    const entry = await recallEntry(this.session);
    if (location.hash !== BY_HAND) return show(byId("by-hand-kept"), entry !== undefined);
    if (!entry?.file) return location.replace(byId("by-hand-link").getAttribute("href") ?? "/add");
    const file = new File([entry.file.text], t("add.by-hand.file", { date: shortDate(new Date()) }), { type: "application/fhir+json" });
    return take(file, (read, importing, prepared) => {
      this.entry = entry;
      this.read(read, importing, prepared);
    });
  }

  showWaiting() {
    showOnItsWay(byId("waiting-place"), this.session).catch(report);
  }

  /** @param {File} file @param {import("./add/importing.js").Importing} importing @param {import("./add/importing.js").Prepared} prepared */
  read(file, importing, prepared) {
    this.close();
    const draft = new Draft({ name: file.name, size: file.size, type: file.type }, prepared, this.names);
    const check = new CheckStep(this.session, draft, importing, () => void this.save(), () => this.drop());
    this.work = { draft, importing, check, saving: new Saving(this.session, importing) };
    // Back from what was typed leads to the form.
    if (this.entry) history.replaceState({ step: "check" }, "");
    else history.pushState({ step: "check" }, "");
    this.introduce();
    check.start();
    this.show("check");
  }

  /** Words that differ between a file and what was typed. */
  introduce() {
    const kind = this.entry ? "by-hand" : "file";
    const root = byId("step-check");
    slot(root, "lead").textContent = t(`add.check.lead.${kind}`);
    slot(root, "back-words").textContent = t(`add.check.back.${kind}`);
  }

  /** @param {Step | undefined} step that the browser's Back or Forward asks for */
  travelled(step) {
    // What is being sent goes on; its page stays.
    if (this.step === "save") history.pushState({ step: "check" }, "");
    else this.show(step === "check" && this.work ? "check" : "choose");
  }

  /** @param {Step} step */
  show(step) {
    this.step = step;
    for (const name of STEPS) show(byId(`step-${name}`), name === step);
    if (step === "choose") offerKept(this.work?.draft.file.name ?? null, () => this.goOn());
    show(byId("waiting-place"), step === "choose" && byId("waiting-place").hasChildNodes());
    document.title = t(`add.title.${step}`);
    byId(`${step}-title`).focus();
    scrollTo(0, 0);
  }

  goOn() {
    history.pushState({ step: "check" }, "");
    this.show("check");
  }

  /** What was typed is a record now. */
  async forget() {
    const { entry } = this;
    this.entry = undefined;
    if (entry) await forgetEntry(this.session, entry.entry, entry.file?.text).catch(report);
    show(byId("by-hand-kept"), false);
  }

  /** Forget the file. */
  close() {
    this.work?.check.again.close();
    this.work?.importing.close();
    this.work = null;
  }

  /** The file is in the record already: forget it, and go where Cancel goes. */
  drop() {
    this.close();
    location.assign(/** @type {HTMLAnchorElement} */ (document.querySelector("[data-action=leave]")).href);
  }

  async save() {
    const { work } = this;
    if (!work) return;
    this.show("save");
    const written = await work.saving.save(work.draft);
    if (!written) return;
    const { readers } = work.check;
    if (typeof readers === "function") drawSaved(written, work.draft, readers);
    this.names = work.draft.parts.names;
    this.close();
    await this.forget();
    history.replaceState({ step: "saved" }, "", location.pathname);
    this.show("saved");
  }
}

void startPage(async ({ session }) => new AddPage(session, await recallNames(session)).start(), { needs: "session", role: "owner" });
