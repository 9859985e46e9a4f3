/** Asking in an emergency: sign, wait for a colleague and sign anew meanwhile, then open. @module */
import { ask, proceed } from "../endpoint/emergencies.js";
import { ApiError } from "../endpoint/errors.js";
import { lookUpLogin } from "../endpoint/people.js";
import { openable } from "../endpoint/visiting.js";
import { byId, fill, onAction, show } from "../ui/dom.js";
import { onSubmit, showErrors } from "../ui/forms.js";
import { t } from "../ui/messages.js";
import { startPage } from "../ui/page.js";
import { failed, pageState } from "../ui/states.js";

/** @typedef {import("../endpoint/session.js").Session} Session */
/** @typedef {import("../endpoint/visiting.js").Way} Way */

/** How often the page looks whether the colleague signed, in milliseconds. */
const LOOK = 3000;
/** How long it goes on asking while nobody answers, in milliseconds: signing anew keeps the session open. */
const MOST = 10 * 60_000;

void startPage(async ({ session }) => {
  const owner = String(byId("emergency").dataset.owner);
  const { owner_name: name, ways } = await openable(owner);
  const way = ways.find((one) => one.way === "emergency");
  show(byId("ask-nothing"), !way);
  show(byId("ask-part"), Boolean(way));
  if (!way) return;
  fill(byId("ask-part"), { lead: t("emergency.lead", { name }) });
  show(byId("colleague-row"), way.signers > 1);
  const page = new Asking(session, owner, way);
  onSubmit(/** @type {HTMLFormElement} */ (byId("ask-form")), (data) => page.ask(data));
  onAction(byId("ask-waiting"), { stop: () => page.stop() });
}, { needs: "session", role: "professional" });

/** @returns {never} */
function nobody() {
  throw new ApiError(404, "not-found");
}

class Asking {
  #waiting = 0;
  /** When to stop asking, by the clock of this page. */
  #until = 0;

  /** @param {Session} session @param {string} owner @param {Way} way */
  constructor(session, owner, way) {
    this.session = session;
    this.owner = owner;
    this.way = way;
  }

  /** @param {FormData} data */
  async ask(data) {
    const [reason, login] = ["reason", "colleague"].map((name) => String(data.get(name) ?? "").trim());
    const errors = [];
    if (!reason) errors.push({ field: "reason", text: t("emergency.reason-missing") });
    if (this.way.signers > 1 && !login) errors.push({ field: "colleague", text: t("emergency.colleague-missing") });
    showErrors(byId("ask-form"), errors);
    if (errors.length) return;
    try {
      const colleague = this.way.signers > 1 ? (await lookUpLogin(this.session, login.toLowerCase()))?.member ?? nobody() : null;
      const about = { owner: this.owner, reason, colleague };
      await ask(this.session, this.way, about);
      this.#until = performance.now() + MOST;
      await this.#look(about);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "not-found") return failed(pageState(), error);
      showErrors(byId("ask-form"), [{ field: "colleague", text: t("emergency.colleague-unknown") }]);
    }
    return undefined;
  }

  /** @param {{owner: string, reason: string, colleague: string | null}} about */
  async #look(about) {
    this.#showWaiting(true);
    try {
      if (await proceed(this.session, this.way, about)) return location.assign(`/patients/${this.owner}`);
    } catch (error) {
      this.#showWaiting(false);
      throw error;
    }
    if (performance.now() > this.#until) return this.stop();
    this.#waiting = setTimeout(() => this.#look(about).catch((error) => failed(pageState(), error)), LOOK);
    return undefined;
  }

  /** Nobody has to confirm it any more; what was signed is too old after three minutes. */
  stop() {
    clearTimeout(this.#waiting);
    this.#until = 0;
    this.#showWaiting(false);
  }

  /** @param {boolean} on */
  #showWaiting(on) {
    show(byId("ask-waiting"), on);
    show(byId("ask-part"), !on);
  }
}
