/** Canvases of a bounded size, and what a picture looks like at a scale. @module */
import { el } from "../../../ui/dom.js";

/** @typedef {{code: string} & Error} Failure */

/** Pixels of one canvas: four octets each, and what every browser takes. */
export const MOST_PIXELS = 2 ** 24;

/** @param {string} code chooses the words @param {unknown} [cause] @returns {Failure} */
export function failure(code, cause) {
  return Object.assign(new Error(code, { cause }), { code });
}

/**
 * @param {number} width @param {number} height wanted pixels
 * @returns {number} the factor by which to make it smaller so that a canvas can hold it, at most 1
 */
export function bounded(width, height) {
  return Math.min(1, Math.sqrt(MOST_PIXELS / (width * height)));
}

/**
 * A canvas shown at a size of its own.
 * @param {HTMLCanvasElement} canvas @param {number} width @param {number} height CSS pixels
 */
export function sizedAs(canvas, width, height) {
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
}

/**
 * One picture as a drawing: drawn once, shown at any scale.
 * @param {ImageBitmap | ImageData} source closed here @param {string} label for those who do not see it
 * @param {HTMLElement} [notes]
 * @returns {import("./stage.js").Drawing}
 */
export function pictureDrawing(source, label, notes) {
  const { width, height } = source;
  const factor = bounded(width, height);
  const canvas = el("canvas", { class: "viewer__picture", role: "img", "aria-label": label });
  [canvas.width, canvas.height] = [Math.max(1, Math.floor(width * factor)), Math.max(1, Math.floor(height * factor))];
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  if (source instanceof ImageData) context.putImageData(source, 0, 0);
  else context.drawImage(source, 0, 0, canvas.width, canvas.height);
  if (!(source instanceof ImageData)) source.close();
  return {
    pages: 1, fit: "whole", notes, size: async () => ({ width, height }), close: () => { [canvas.width, canvas.height] = [0, 0]; },
    draw: async (_page, scale) => {
      sizedAs(canvas, width * scale, height * scale);
      return canvas;
    },
  };
}
