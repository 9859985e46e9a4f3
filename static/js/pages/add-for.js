/**
 * Add a record to somebody else's: choose a file, see what of it may be added, send it.
 *
 * The file is read in a worker of this page. What leaves it is encrypted to the owner's keys, which
 * this device pinned; what may not be added stays.
 * @module
 */
import { deposit } from "../endpoint/depositing.js";
import { lookUp, pin } from "../endpoint/people.js";
import { addable } from "../endpoint/proposals.js";
import { byId, clone, onAction, show, slot } from "../ui/dom.js";
import { t } from "../ui/messages.js";
import { startPage } from "../ui/page.js";
import { ordered, partChip } from "../ui/parts.js";
import { announce, codeOf, empty, failed, loading, pageState, report } from "../ui/states.js";
import { mountChoose } from "./add/choose.js";
import { countsWords } from "./add/describe.js";
import { showOnItsWay } from "./shared/on-its-way.js";
import { Sending } from "./shared/sending.js";

/** @typedef {import("../endpoint/session.js").Session} Session */
/** @typedef {import("../endpoint/people.js").Found} Found */
/** @typedef {import("./add/importing.js").Importing} Importing */
/** @typedef {import("./add/importing.js").Written} Written */
/** @typedef {"choose" | "check" | "saved"} Step */

const STEPS = /** @type {Step[]} */ (["choose", "check", "saved"]);
const SENDING = ["sealing", "signing", "sending", "receipts"];

class AddFor {
  /** @param {Session} session @param {Found} owner @param {string[]} allowed parts */
  constructor(session, owner, allowed) {
    this.session = session;
    this.owner = owner;
    this.allowed = new Set(allowed);
    /** @type {Written | null} */
    this.written = null;
    this.busy = false;
  }

  start() {
    const { name } = this.owner;
    byId("choose-title").textContent = t("add-for.title", { name });
    byId("choose-lead").textContent = t("add-for.lead", { name });
    byId("choose-parts").replaceChildren(...ordered(this.allowed).map(partChip));
    byId("check-title").textContent = t("add-for.check", { name });
    byId("saved-lead").textContent = t("add-for.sent", { name });
    mountChoose((_file, importing) => void this.read(importing));
    onAction(byId("add-for"), { send: () => void this.send(), again: () => this.show("choose") });
    addEventListener("beforeunload", (event) => { if (this.written) event.preventDefault(); });
    this.show("choose");
    // What a closed page left on its way, to whomever it goes.
    showOnItsWay(byId("waiting-place"), this.session).catch(report);
  }

  /** @param {Step} step */
  show(step) {
    if (this.busy) return;
    if (step !== "check") this.written = null;
    for (const name of STEPS) show(byId(`step-${name}`), name === step);
    byId(`${step}-title`).focus();
    scrollTo(0, 0);
  }

  /** @param {Importing} importing of the file that was chosen */
  async read(importing) {
    try {
      // As it was sorted: the owner sorts her own files, whoever adds does not.
      this.written = await importing.result({ moves: new Map(), copies: true, into: new Map(), names: new Map() });
      this.draw();
      this.show("check");
    } catch (error) {
      report(error);
      failed(pageState(), error, () => this.read(importing));
    } finally {
      importing.close();
    }
  }

  /** @returns {string[]} the parts of the file that are sent */
  get going() {
    return Object.keys(this.written?.partitions ?? {}).filter((part) => this.allowed.has(part));
  }

  draw() {
    const { partitions = {}, counts = {} } = this.written ?? {};
    byId("check-parts").replaceChildren(...ordered(Object.keys(partitions)).map((part) => clone("t-part-line", {
      chip: partChip(part), count: countsWords(counts[part] ?? {}), who: t(this.allowed.has(part) ? "add-for.goes" : "add-for.stays"),
    })));
    const any = this.going.length > 0;
    show(byId("send"), any);
    const place = byId("send-state");
    place.replaceChildren(any ? "" : t("add-for.nothing"));
    show(place, !any);
    if (!any) announce(t("add-for.nothing"));
  }

  async send() {
    if (this.busy || !this.written) return;
    this.busy = true;
    const { partitions, attachments = {} } = this.written;
    const { going } = this;
    const state = loading(byId("send-state"), { title: t("add-for.sending"), steps: SENDING });
    const sending = new Sending(state, byId("send-pause"));
    try {
      await deposit(this.session, {
        owner: this.owner,
        partitions: new Map(going.map((part) => [part, partitions[part]])),
        attachments: new Map(going.filter((part) => attachments[part]).map((part) => [part, attachments[part]])),
      }, { signal: sending.signal, onStep: (step, detail = {}) => sending.onStep(step, detail) });
      state.done();
      this.busy = false;
      this.show("saved");
    } catch (error) {
      if (codeOf(error) === "paused") this.paused();
      else {
        report(error);
        failed(byId("send-state"), error, () => this.send());
      }
    } finally {
      this.busy = false;
      sending.end();
    }
  }

  /** The person stopped it: it goes on where it was. */
  paused() {
    const state = clone("t-paused");
    onAction(state, { "go-on-sending": () => void this.send() });
    byId("send-state").replaceChildren(state);
    slot(state, "title").focus();
  }
}

void startPage(async ({ session }) => {
  const owner = String(byId("add-for").dataset.owner);
  const state = loading(pageState());
  const [right] = await addable(owner);
  const person = right ? await lookUp(session, owner) : null;
  const parts = person ? right.partitions.filter((part) => person.epoch(part) !== null) : [];
  state.done();
  if (!person || right.owner !== owner || !parts.length) return empty(pageState(), "t-may-not-add");
  // To these keys it is sealed, from now on and to no others.
  await pin(session, person);
  return new AddFor(session, person, parts).start();
}, { needs: "session", role: "professional" });
