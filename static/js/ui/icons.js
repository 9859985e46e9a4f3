/** Pictures of static/icons/icons.svg, drawn in the current colour and hidden from screen readers. @module */

const SVG = "http://www.w3.org/2000/svg";

/** @param {string} name @param {number} [size] px @returns {SVGSVGElement} */
export function icon(name, size = 20) {
  const made = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${document.documentElement.dataset.icons ?? ""}#${name}`);
  const attributes = { class: "icon", width: `${size}`, height: `${size}`, "aria-hidden": "true", focusable: "false" };
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(use);
  return made;
}
