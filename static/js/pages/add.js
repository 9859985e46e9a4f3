/**
 * Add a record: choose a file, check what goes where, save.
 *
 * The file is read in a worker of this page and leaves the browser only encrypted.
 * @module
 */
import { byId, onAction, show } from "../ui/dom.js";
import { t } from "../ui/messages.js";
import { startPage } from "../ui/page.js";
import { report } from "../ui/states.js";
import { CheckStep } from "./add/check.js";
import { mountChoose, offerKept } from "./add/choose.js";
import { Draft } from "./add/draft.js";
import { drawSaved, Saving } from "./add/save.js";
import { showOnItsWay } from "./shared/on-its-way.js";

/** @typedef {import("../endpoint/session.js").Session} Session */
/** @typedef {"choose" | "check" | "save" | "saved"} Step */
/** Everything of the file that is being added. @typedef {{draft: Draft, importing: import("./add/importing.js").Importing, check: CheckStep, saving: Saving}} Work */

const STEPS = /** @type {Step[]} */ (["choose", "check", "save", "saved"]);

class AddPage {
  /** @param {Session} session */
  constructor(session) {
    this.session = session;
    /** @type {Work | null} */
    this.work = null;
    /** @type {Step} */
    this.step = "choose";
  }

  start() {
    mountChoose((file, importing, prepared) => this.read(file, importing, prepared));
    onAction(byId("page"), {
      "choose-again": (_link, event) => { event.preventDefault(); history.back(); },
      again: (_link, event) => { event.preventDefault(); this.show("choose"); },
      "back-to-check": () => { this.show("check"); this.work?.check.again.resume(); },
    });
    byId("step-save").addEventListener("again", () => void this.save());
    byId("step-save").addEventListener("superseded", () => void this.work?.check.again.start({ anew: true }));
    addEventListener("popstate", ({ state }) => this.travelled(state?.step));
    addEventListener("beforeunload", (event) => { if (this.work) event.preventDefault(); });
    // After a reload the steps of an earlier visit lead nowhere.
    history.replaceState(null, "");
    this.showWaiting();
  }

  showWaiting() {
    showOnItsWay(byId("waiting-place"), this.session).catch(report);
  }

  /** @param {File} file @param {import("./add/importing.js").Importing} importing @param {import("./add/importing.js").Prepared} prepared */
  read(file, importing, prepared) {
    this.close();
    const draft = new Draft({ name: file.name, size: file.size, type: file.type }, prepared);
    const check = new CheckStep(this.session, draft, importing, () => void this.save(), () => this.drop());
    this.work = { draft, importing, check, saving: new Saving(this.session, importing) };
    history.pushState({ step: "check" }, "");
    check.start();
    this.show("check");
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
    this.close();
    history.replaceState({ step: "saved" }, "");
    this.show("saved");
  }
}

void startPage(({ session }) => new AddPage(session).start(), { needs: "session", role: "owner" });
