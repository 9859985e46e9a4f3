/**
 * Taking over the account that guardians kept: the code, then what every new account needs, then new keys.
 *
 * Nothing changes before the last step. A failure keeps everything; the same answers are sent again with
 * the same octets, and what was done already is not done twice.
 * @module
 */
import { EndpointError } from "../endpoint/errors.js";
import { useWorker } from "../endpoint/password.js";
import { dealFirst, findOffer, signInFirst } from "../endpoint/takeover.js";
import { formOf, input, showErrors, showFailure } from "../ui/account.js";
import { byId, fill, onAction, show } from "../ui/dom.js";
import { onSubmit } from "../ui/forms.js";
import { guard } from "../ui/lock.js";
import { t } from "../ui/messages.js";
import { startPage } from "../ui/page.js";
import { codeOf, failed, isStop, loading, report } from "../ui/states.js";
import { Steps } from "../ui/steps.js";
import { startWorker } from "../ui/worker.js";
import { NewAccount } from "./shared/new-account.js";

/** @typedef {import("../endpoint/takeover.js").Offer} Offer */
/** @typedef {import("../endpoint/takeover.js").TakeOver} TakeOver */

const FINISHED = "hand-over-finished";
const MOVED = "registration-moved";
const CODE_WORDS = { "recovery-code": "take.code-form", "code-wrong": "take.code-wrong", "code-expired": "take.code-expired" };
/** How often it is prepared anew when something changed at the servers meanwhile. */
const ATTEMPTS = 3;

/** The page. */
class TakingOver {
  /** @type {Offer | null} */
  #offer = null;
  /** What was prepared, and from which answers. @type {{from: string, ready: TakeOver} | null} */
  #prepared = null;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.steps = new Steps(root, { onShow: (name) => this.#shown(name) });
    this.account = new NewAccount("take-over", this.steps, { name: () => this.#offer?.name ?? "", done: () => this.steps.go("take"), last: "take" });
    onAction(root, { back: () => history.back(), accept: () => this.steps.go("login"), change: () => this.steps.go("login") });
    onSubmit(formOf("start-form"), () => this.#find());
    onSubmit(formOf("take-form"), () => this.#take());
    this.steps.begin("start");
  }

  /** @param {string} name */
  #shown(name) {
    this.account.shown(name);
    if (name === "take") fill(byId("answers"), { name: this.#offer?.name ?? "", login: this.account.answers.login });
  }

  async #find() {
    const form = formOf("start-form");
    show(byId("offer"), false);
    if (input("hand-code").value.trim() === "") return showErrors(form, [{ field: "hand-code", text: t("take.code-missing") }]);
    try {
      this.#found(await this.#look());
      showErrors(form, []);
    } catch (error) {
      if (codeOf(error) === FINISHED) return this.steps.finish("finished");
      return showFailure(form, "hand-code", error, CODE_WORDS);
    }
  }

  /** @returns {Promise<Offer>} what waits for the code that was typed */
  async #look() {
    const found = await findOffer(input("hand-code").value);
    this.#offer?.forget();
    this.#offer = found;
    this.#prepared = null;
    return found;
  }

  /** @param {Offer} offer */
  #found({ name, by, begun }) {
    fill(byId("offer"), { name, by });
    show(byId("begun"), begun);
    show(byId("offer"));
    byId("offer-title").focus();
  }

  async #take() {
    const state = byId("take-state");
    const progress = loading(state, { title: t("take.making"), steps: ["keys", "changing", "signing-in", "dealing"] });
    try {
      const login = await this.#change(progress.step);
      const dealt = await this.#enter(progress.step);
      progress.done();
      this.#done(login, dealt);
    } catch (error) {
      this.#refused(error);
    }
  }

  /** @param {(step: string) => void} step @returns {Promise<string>} the new login, once the account is taken over */
  async #change(step) {
    for (let attempt = 1; ; attempt++) {
      try {
        step("keys");
        const ready = await this.#ready();
        step("changing");
        await ready.send();
        return ready.login;
      } catch (error) {
        if (codeOf(error) !== MOVED || attempt === ATTEMPTS) throw error;
        await this.#look();
      }
    }
  }

  /** @returns {Promise<TakeOver>} the same one while the answers are the same */
  async #ready() {
    const chosen = this.account.answers;
    const from = JSON.stringify(chosen);
    const offer = this.#offer ?? (await this.#look());
    if (this.#prepared?.from !== from) this.#prepared = { from, ready: await offer.prepare(chosen) };
    return this.#prepared.ready;
  }

  /** @param {(step: string) => void} step @returns {Promise<boolean>} whether everybody has the keys that they need */
  async #enter(step) {
    step("signing-in");
    const session = await signInFirst(this.account.answers);
    guard(session);
    step("dealing");
    try {
      await dealFirst(session, this.#offer?.acl ?? 0);
      return true;
    } catch (error) {
      // The account is taken over; the page about sharing deals what is lacking.
      if (isStop(error) || !(error instanceof EndpointError)) throw error;
      report(error);
      return false;
    }
  }

  /** @param {unknown} error */
  #refused(error) {
    const code = codeOf(error);
    if (code === FINISHED) return this.steps.finish("finished");
    if (code === "login-taken") return this.#back("login", "login", error, { [code]: "take.login-taken" });
    if (code in CODE_WORDS) return this.#back("start", "hand-code", error, CODE_WORDS);
    return failed(byId("take-state"), error, () => formOf("take-form").requestSubmit());
  }

  /** @param {string} step to which something must be said @param {string} field @param {unknown} error @param {Record<string, string>} words */
  #back(step, field, error, words) {
    byId("take-state").replaceChildren();
    show(byId("take-state"), false);
    this.steps.go(step);
    showFailure(formOf(`${step}-form`), field, error, words);
  }

  /** @param {string} login @param {boolean} dealt */
  #done(login, dealt) {
    byId("done-text").textContent = t("take.sent", { login });
    show(byId("undealt"), !dealt);
    this.account.forget();
    this.#offer?.forget();
    this.#prepared = null;
    input("hand-code").value = "";
    this.steps.finish("done");
  }
}

useWorker(() => startWorker("password"));
await startPage(({ root }) => void new TakingOver(root), { needs: "nothing" });
