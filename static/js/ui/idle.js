/**
 * Watches for people who went away: tells the server of work, warns before the end, then ends.
 *
 * The server counts too and has the last word; this page only never lasts longer.
 * @module
 */
import { Locked, SignedOut } from "../endpoint/errors.js";
import { refresh, touch } from "../endpoint/session.js";
import { clone, fill, onAction } from "./dom.js";
import { t } from "./messages.js";
import { announce } from "./states.js";

/** @typedef {import("../endpoint/session.js").Session} Session */

const TICK = 1000;
const WARNING = 120_000;
const REPORT = 60_000;
const SIGNS = ["pointerdown", "keydown", "wheel", "touchstart", "input"];

/**
 * @param {Session} session
 * @param {{onEnd: (why: "away" | "signed-out") => Promise<void>}} options onEnd: locks
 */
export function watchIdle(session, { onEnd }) {
  new Watch(session, onEnd).start();
}

/** @param {{length: number}} idle in milliseconds @returns {{warn: number, report: number}} for short idle times too */
export function rhythm({ length }) {
  return { warn: Math.min(WARNING, length / 3), report: Math.min(REPORT, length / 6) };
}

/** @param {number} left milliseconds @returns {{unit: "minutes" | "seconds", n: number}} as people say it */
export function spoken(left) {
  const seconds = Math.max(0, Math.ceil(left / 1000));
  return seconds > 90 ? { unit: "minutes", n: Math.round(seconds / 60) } : { unit: "seconds", n: seconds };
}

/** One page's watch. */
class Watch {
  #active = false;
  #reported = Date.now();
  #busy = false;
  /** @type {HTMLDialogElement | null} */
  #warning = null;

  /** @param {Session} session @param {(why: "away" | "signed-out") => Promise<void>} onEnd */
  constructor(session, onEnd) {
    this.session = session;
    this.onEnd = onEnd;
  }

  start() {
    const sign = () => (this.#active = true);
    for (const name of SIGNS) addEventListener(name, sign, { passive: true, capture: true });
    setInterval(() => this.#tick(), TICK);
    // A device that slept had no ticks.
    document.addEventListener("visibilitychange", () => this.#tick());
  }

  get #left() {
    return this.session.idle.ends - Date.now();
  }

  get #over() {
    return this.session.isOpen && this.#left <= 0;
  }

  async #tick() {
    // A call that hangs, as after a sleep, must not hold up the lock.
    if (this.#busy && !this.#over) return;
    this.#busy = true;
    try {
      await this.#look();
    } catch (error) {
      // A server out of reach counts by itself; the end of the session is told by the page's next call.
      if (error instanceof Locked || error instanceof SignedOut) await this.#end(error instanceof Locked ? "away" : "signed-out");
    } finally {
      this.#busy = false;
    }
  }

  async #look() {
    if (!this.session.isOpen) return this.#lower();
    const { warn, report } = rhythm(this.session.idle);
    if (this.#over) return this.#end("away");
    if (this.#active && !this.#warning && Date.now() - this.#reported >= report) return this.#report();
    if (this.#left > warn) return this.#lower();
    return this.#warn();
  }

  async #report() {
    this.#active = false;
    this.#reported = Date.now();
    await touch();
  }

  async #warn() {
    if (this.#warning) return this.#count(this.#warning);
    // Work since the last report, here, counts before anybody is disturbed.
    if (this.#active) return this.#report();
    await refresh().catch((error) => { if (error instanceof Locked || error instanceof SignedOut) throw error; });
    if (this.#left > rhythm(this.session.idle).warn) return undefined;
    return this.#raise();
  }

  #raise() {
    const dialog = /** @type {HTMLDialogElement} */ (clone("t-idle"));
    this.#warning = dialog;
    document.body.append(dialog);
    onAction(dialog, { stay: () => this.#stay(), lock: () => this.#end("away") });
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.#stay();
    });
    dialog.showModal();
    this.#count(dialog);
  }

  /** @param {HTMLDialogElement} dialog */
  #count(dialog) {
    const { unit, n } = spoken(this.#left);
    const text = t(`idle.${unit}`, { n });
    fill(dialog, { left: text });
    if (unit === "seconds" && n % 30 === 0) announce(text);
  }

  #stay() {
    this.#lower();
    this.#active = true;
    this.#reported = 0;
    void this.#tick();
  }

  #lower() {
    this.#warning?.close();
    this.#warning?.remove();
    this.#warning = null;
  }

  /** @param {"away" | "signed-out"} why */
  async #end(why) {
    this.#lower();
    this.#active = false;
    await this.onEnd(why);
  }
}
