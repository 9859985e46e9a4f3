/** Pictures of lines, drawn with attributes alone. @module */

const SVG = "http://www.w3.org/2000/svg";

/** @param {string} name @param {Record<string, string | number>} attributes @param {...(Node | string)} children @returns {SVGElement} */
export function svg(name, attributes, ...children) {
  const made = /** @type {SVGElement} */ (document.createElementNS(SVG, name));
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, `${value}`);
  made.append(...children);
  return made;
}

/**
 * @param {{from: number, to: number}} of what is measured @param {{from: number, to: number}} on what is drawn
 * @returns {(value: number) => number} the middle where there is nothing to tell apart
 */
export function scale(of, on) {
  const whole = of.to - of.from;
  return (value) => on.from + (whole ? (value - of.from) / whole : 0.5) * (on.to - on.from);
}
