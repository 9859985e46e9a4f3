/** People I care for: for whom one acts, who else does, and who asks one to. @module */
import { accept, add, end, letFind, overview } from "../endpoint/guardians.js";
import { actFor } from "../endpoint/session.js";
import { confirm } from "../ui/dialog.js";
import { byId, clone, fill, onAction, show, slot } from "../ui/dom.js";
import { date } from "../ui/format.js";
import { onSubmit, showErrors } from "../ui/forms.js";
import { t } from "../ui/messages.js";
import { startPage } from "../ui/page.js";
import { avatar } from "../ui/people.js";
import { failed, isStop, loading, pageState } from "../ui/states.js";
import { askedCard } from "./care/asked.js";
import { HandingOver } from "./care/hand.js";
import { askGuardian } from "./care/invite.js";
import { problemWords } from "./sharing/words.js";

/** @typedef {import("../endpoint/guardians.js").Dependant} Dependant */
/** @typedef {import("../endpoint/guardians.js").Guardian} Guardian */
/** @typedef {import("../endpoint/guardians.js").Invitation} Invitation */
/** @typedef {import("../endpoint/session.js").Session} Session */

void startPage(main, { needs: "session" });

/** @param {{root: HTMLElement, session: Session}} page */
async function main({ root, session }) {
  const page = new CarePage(root, session);
  const state = loading(pageState(), { title: t("care.loading") });
  try {
    await page.draw();
  } finally {
    state.done();
  }
  page.listen();
}

class CarePage {
  #ready = false;

  /** @param {HTMLElement} root @param {Session} session */
  constructor(root, session) {
    this.root = root;
    this.session = session;
    this.handing = new HandingOver(session, { attempt: (work) => this.#attempt(work), done: (text) => this.#done(text) });
  }

  async draw() {
    const { dependants, invitations, ready } = await overview();
    this.#ready = ready;
    const rows = dependants.map((one) => this.#dependant(one));
    byId("dependants").replaceChildren(...(rows.length ? rows : [clone("t-none")]));
    byId("invitations").replaceChildren(...(await Promise.all(invitations.map((one) => this.#invitation(one)))));
    show(byId("invitations-section"), invitations.length > 0);
    show(byId("factor"), !this.session.me.second_factor);
    fill(byId("card-ready"), { "ready-words": t(ready ? "care.ready-yes" : "care.ready-no"), label: t(ready ? "care.ready-stop" : "care.ready-start") });
  }

  listen() {
    const form = /** @type {HTMLFormElement} */ (byId("add-form"));
    onSubmit(form, async (data) => {
      const name = String(data.get("name") ?? "").trim();
      if (name === "") return showErrors(form, [{ field: "add-name", text: t("care.name-missing") }]);
      showErrors(form, []);
      return this.#attempt(async () => {
        await add(this.session, name);
        form.reset();
        await this.#done(t("care.done-added", { name }));
      }, { tell: (text) => showErrors(form, [{ field: "add-name", text }]) });
    });
    onAction(byId("card-ready"), { ready: () => void this.#attempt(async () => { await letFind(this.session, !this.#ready); await this.draw(); }) });
  }

  /** @param {Dependant} one @returns {HTMLElement} */
  #dependant(one) {
    const waits = one.state !== "authorised";
    const made = clone("t-dependant", {
      avatar: avatar(one.name, "owner", 40), name: one.name, login: t("care.login", { login: one.login }), label: t("care.act", { name: one.name }),
      guardians: one.guardians.map((guardian) => this.#guardian(one, guardian)), ...(waits ? { state: clone("t-waits") } : { hand: this.handing.card(one) }),
    });
    show(slot(made, "act"), !waits);
    onAction(made, {
      act: () => void this.#attempt(async () => { await actFor(one.member); location.assign("/home"); }),
      invite: () => void this.#invite(one),
    });
    return made;
  }

  /** @param {Dependant} one @param {Guardian} guardian @returns {HTMLElement} */
  #guardian(one, guardian) {
    const self = guardian.member === this.session.me.id;
    const words = guardian.since === null ? "care.guardian-invited" : "care.guardian-since";
    const made = clone("t-guardian", { text: t(words, { name: guardian.name, date: guardian.since === null ? "" : date(guardian.since) }) });
    const button = slot(made, "end");
    button.textContent = self ? t("care.leave") : guardian.since === null ? t("care.take-back") : t("care.remove", { name: guardian.name });
    show(button, guardian.mine && (!self || one.guardians.some((other) => other.since !== null && other.id !== guardian.id)));
    onAction(made, { end: () => void this.#end(self ? "leave" : "remove", self ? one.name : guardian.name, guardian.id) });
    return made;
  }

  /** @param {Invitation} one @returns {Promise<HTMLElement>} */
  async #invitation(one) {
    const made = await askedCard(this.session, one);
    onAction(made, {
      accept: () => void this.#attempt(async () => { await accept(this.session, one); await this.#done(t("care.done-accepted", { name: one.name })); }, { prefix: "care.asked" }),
      end: () => void this.#attempt(async () => { await end(one.id); await this.#done(t("care.done-ended")); }, { prefix: "care.asked" }),
    });
    return made;
  }

  /** @param {Dependant} one */
  async #invite(one) {
    const name = await askGuardian(this.session, one);
    if (name !== null) await this.#attempt(() => this.#done(t("care.done-invited", { name })));
  }

  /** @param {"leave" | "remove"} what @param {string} name @param {string} id */
  async #end(what, name, id) {
    const yes = what === "leave" ? t("care.leave") : t("care.remove", { name });
    const sure = await confirm({ title: t(`care.sure-${what}`, { name }), body: t(`care.sure-${what}-text`), yes, no: t("care.sure-no"), danger: true });
    if (sure) await this.#attempt(async () => { await end(id); await this.#done(t("care.done-ended")); });
  }

  /** @param {string} text what was done */
  async #done(text) {
    await this.draw();
    fill(byId("done"), { text });
    show(byId("done"));
    byId("done").focus();
  }

  /**
   * @param {() => unknown} work
   * @param {{tell?: (text: string) => void, prefix?: string}} [failing] tell: where the sentence goes, if it fails; prefix: of the words
   */
  async #attempt(work, { tell = told, prefix = "care.problem" } = {}) {
    byId("stop").replaceChildren();
    show(byId("done"), false);
    try {
      await work();
    } catch (error) {
      if (isStop(error)) failed(byId("stop"), error);
      else tell(problemWords(error, prefix));
    }
  }
}

/** @param {string} text why something was not done */
function told(text) {
  byId("stop").replaceChildren(clone("t-trouble", { text }));
  slot(byId("stop"), "text").focus();
}
