/**
 * Where a file is drawn: one page of it at a time, as large as it fits or as somebody wants it.
 * @module
 */
import { fill, onAction, show, slot } from "../../../ui/dom.js";
import { number } from "../../../ui/format.js";
import { t } from "../../../ui/messages.js";

/**
 * A file that can be drawn; one of no pages has notes alone. `size`: of a page, in CSS pixels at scale 1; `draw` gives what is shown of it
 * at a scale; `fit`: what is made to fit at first; `notes`: what stands beside the picture.
 * @typedef {{pages: number, fit: "width" | "whole", size: (page: number) => Promise<{width: number, height: number}>,
 *   draw: (page: number, scale: number) => Promise<HTMLElement>, notes?: HTMLElement, close: () => void}} Drawing
 */

const STEP = 1.25;
const [LEAST, MOST] = [0.1, 8];
/** Nothing is blown up beyond these without being asked to: small pictures, and pages of paper. */
const [MOST_FIT, WIDEST] = [4, 1.5];
const MARGIN = 32;
/** Keys that move or zoom while the picture has the focus. @type {Record<string, (stage: Stage) => void>} */
const KEYS = {
  PageDown: (stage) => stage.turnTo(stage.page + 1),
  PageUp: (stage) => stage.turnTo(stage.page - 1),
  Home: (stage) => stage.turnTo(1),
  End: (stage) => stage.turnTo(stage.drawing.pages),
  "+": (stage) => stage.zoom(STEP),
  "=": (stage) => stage.zoom(STEP),
  "-": (stage) => stage.zoom(1 / STEP),
  0: (stage) => stage.fit(),
};

export class Stage {
  page = 1;
  /** null: as there is room. @type {number | null} */
  #scale = null;
  #drawn = 1;
  #turn = 0;
  #stop = new AbortController();

  /** @param {HTMLElement} dialog @param {Drawing} drawing @param {(error: unknown) => void} onError */
  constructor(dialog, drawing, onError) {
    this.drawing = drawing;
    this.dialog = dialog;
    this.place = slot(dialog, "stage");
    this.onError = onError;
    this.#mount();
  }

  #mount() {
    const { dialog, drawing, place } = this;
    const tools = slot(dialog, "tools");
    const { signal } = this.#stop;
    onAction(tools, {
      previous: () => this.turnTo(this.page - 1), next: () => this.turnTo(this.page + 1),
      smaller: () => this.zoom(1 / STEP), larger: () => this.zoom(STEP), fit: () => this.fit(),
    });
    const wanted = /** @type {HTMLInputElement} */ (slot(dialog, "page"));
    wanted.max = String(drawing.pages);
    wanted.addEventListener("change", () => this.turnTo(Number(wanted.value)), { signal });
    place.addEventListener("keydown", (event) => this.#pressed(event), { signal });
    addEventListener("resize", () => { if (this.#scale === null) void this.redraw(); }, { signal });
    fill(dialog, { pages: t("viewer.of", { n: number(drawing.pages) }), notes: drawing.notes ?? "" });
    show(slot(dialog, "pager"), drawing.pages > 1);
    for (const name of ["tools", "stage"]) show(slot(dialog, name), drawing.pages > 0);
    show(slot(dialog, "notes"), drawing.notes !== undefined);
  }

  /** Draw the first page, and let keys reach it. */
  async start() {
    if (this.drawing.pages === 0) return;
    await this.redraw();
    this.place.focus();
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const act = Object.hasOwn(KEYS, event.key) && !event.ctrlKey && !event.metaKey && !event.altKey ? KEYS[event.key] : null;
    // A picture of one page scrolls by these keys as anything else does.
    if (!act || (this.drawing.pages === 1 && event.key.length > 1)) return;
    event.preventDefault();
    act(this);
  }

  /** @param {number} page any number: the nearest that there is */
  turnTo(page) {
    const next = Math.min(Math.max(Math.round(page) || this.page, 1), this.drawing.pages);
    const moved = next !== this.page;
    this.page = next;
    this.#told();
    if (!moved) return;
    fill(this.dialog, { said: t("viewer.page", { n: number(next), of: number(this.drawing.pages) }) });
    this.place.scrollTo(0, 0);
    void this.redraw();
  }

  /** @param {number} factor */
  zoom(factor) {
    this.#scale = Math.min(Math.max(this.#drawn * factor, LEAST), MOST);
    void this.redraw();
  }

  fit() {
    this.#scale = null;
    void this.redraw();
  }

  /** The newest wish wins: what is drawn for an older one is dropped. */
  async redraw() {
    const turn = ++this.#turn;
    try {
      const scale = this.#scale ?? this.#fitting(await this.drawing.size(this.page));
      if (turn !== this.#turn) return;
      const sheet = await this.drawing.draw(this.page, scale);
      if (turn !== this.#turn) return;
      this.#drawn = scale;
      this.place.replaceChildren(sheet);
      this.#told();
    } catch (error) {
      if (turn === this.#turn) this.onError(error);
    }
  }

  /** @param {{width: number, height: number}} size @returns {number} */
  #fitting({ width, height }) {
    const { clientWidth, clientHeight } = this.place;
    const [across, down] = [(clientWidth - MARGIN) / width, (clientHeight - MARGIN) / height];
    const wanted = this.drawing.fit === "whole" ? Math.min(across, down) : across;
    return Math.min(Math.max(wanted, LEAST), this.drawing.fit === "whole" ? MOST_FIT : WIDEST);
  }

  #told() {
    const { dialog, drawing, page } = this;
    /** @type {HTMLInputElement} */ (slot(dialog, "page")).value = String(page);
    fill(dialog, { zoom: this.#drawn.toLocaleString(document.documentElement.lang, { style: "percent" }) });
    for (const [name, at] of /** @type {[string, number][]} */ ([["previous", 1], ["next", drawing.pages]])) {
      dialog.querySelector(`[data-action="${name}"]`)?.toggleAttribute("disabled", page === at);
    }
  }

  /** Nothing that was drawn stays. */
  close() {
    this.#turn += 1;
    this.#stop.abort();
    for (const canvas of this.place.querySelectorAll("canvas")) [canvas.width, canvas.height] = [0, 0];
    for (const name of ["stage", "notes"]) slot(this.dialog, name).replaceChildren();
    for (const name of ["tools", "stage", "notes"]) show(slot(this.dialog, name), false);
    this.drawing.close();
  }
}
