/**
 * A deposit on its way: how much of it has been sent, and a button that pauses it where there is
 * enough to pause.
 *
 * The words stand in templates/pages/_on-its-way-messages.jinja.
 * @module
 */
import { show } from "../../ui/dom.js";
import { size } from "../../ui/format.js";
import { t } from "../../ui/messages.js";

/** @typedef {ReturnType<typeof import("../../ui/states.js").loading>} Loading */
/** @typedef {{done?: number, total?: number, sent?: number}} Detail octets sealed or sent, of how many */

/** Below this nobody gets to press anything. */
const ENOUGH = 2 ** 22;

export class Sending {
  #stop = new AbortController();

  /** @param {Loading} state @param {HTMLElement} button shown while it can be paused */
  constructor(state, button) {
    this.state = state;
    this.button = button;
    button.addEventListener("click", () => this.#stop.abort(), { signal: this.#stop.signal });
  }

  /** @returns {AbortSignal} */
  get signal() {
    return this.#stop.signal;
  }

  /** @param {string} step @param {Detail} detail */
  onStep(step, { done, sent, total = 0 }) {
    const large = step === "sending" && total > ENOUGH;
    const label = large && sent !== undefined ? t("way.progress", { sent: size(sent), total: size(total) }) : undefined;
    this.state.step(step, { done: sent ?? done, total, label });
    show(this.button, large);
  }

  /** However it ended, there is nothing left to pause. */
  end() {
    show(this.button, false);
  }
}
