/**
 * One question a page: several steps in one document, each with its heading, title and place in the
 * browser's history. What was typed stays when somebody goes back.
 *
 * Steps are sections with data-step and data-title; nothing that was typed goes into an address.
 * @module
 */
import { show } from "./dom.js";
import { clearErrors } from "./forms.js";

/** The steps of a page. */
export class Steps {
  /** @type {Map<string, HTMLElement>} */
  #sections = new Map();
  /** @type {Set<string>} */
  #reached = new Set();
  #current = "";

  /**
   * @param {HTMLElement} root holds the sections
   * @param {{onShow?: (name: string) => void}} [options] onShow: called for each step that is shown
   */
  constructor(root, { onShow = () => {} } = {}) {
    this.onShow = onShow;
    for (const section of root.querySelectorAll("[data-step]")) {
      if (section instanceof HTMLElement) this.#sections.set(section.dataset.step ?? "", section);
    }
    addEventListener("popstate", ({ state }) => this.#popped(state?.step));
  }

  /** @returns {string} the step that is shown */
  get current() {
    return this.#current;
  }

  /** @param {string} name @returns {HTMLElement} */
  section(name) {
    const found = this.#sections.get(name);
    if (!found) throw new Error(`no step ${name}`);
    return found;
  }

  /** Show the first step, without moving the focus. @param {string} name */
  begin(name) {
    history.replaceState({ step: name }, "");
    this.#show(name, { focus: false });
  }

  /** Go on to a step; Back leads here again. @param {string} name */
  go(name) {
    if (name === this.#current) return;
    history.pushState({ step: name }, "");
    this.#show(name, { focus: true });
  }

  /** Go on to a step from which there is no way back into those before. @param {string} name */
  finish(name) {
    this.#reached.clear();
    history.replaceState({ step: name }, "");
    this.#show(name, { focus: true });
  }

  /** @param {string | undefined} name of the history's entry */
  #popped(name) {
    if (name !== undefined && this.#reached.has(name)) return this.#show(name, { focus: true });
    // A step that was not reached, or is over: stay where one is.
    history.replaceState({ step: this.#current }, "");
  }

  /** @param {string} name @param {{focus: boolean}} how */
  #show(name, { focus }) {
    const section = this.section(name);
    this.#current = name;
    this.#reached.add(name);
    for (const one of this.#sections.values()) show(one, one === section);
    clearErrors(section);
    document.title = section.dataset.title ?? document.title;
    this.onShow(name);
    if (focus) focusHeading(section);
  }
}

/** @param {HTMLElement} section */
function focusHeading(section) {
  scrollTo(0, 0);
  const heading = section.querySelector("h1");
  if (heading === null) return;
  heading.tabIndex = -1;
  heading.focus();
}
