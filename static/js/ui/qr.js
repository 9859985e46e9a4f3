/**
 * QR codes as pictures, drawn on this device: what they say goes to no other server.
 * @module
 */
import encodeQR from "qr";

import { codeText } from "../endpoint/fingerprint.js";

const SVG = "http://www.w3.org/2000/svg";
/** Modules of white around a code, as its standard asks. */
const QUIET = 4;

/**
 * @param {string} text what a scanner reads
 * @param {string} label for people who cannot see it
 * @returns {SVGSVGElement} black on white, of any size
 */
export function qr(text, label) {
  const rows = encodeQR(text, "raw", { ecc: "medium", border: QUIET });
  const svg = svgElement("svg", { viewBox: `0 0 ${rows.length} ${rows.length}`, role: "img", "aria-label": label, class: "qr", "shape-rendering": "crispEdges" });
  svg.append(
    svgElement("rect", { width: String(rows.length), height: String(rows.length), fill: "#ffffff" }),
    svgElement("path", { d: path(rows), fill: "#000000" }),
  );
  return /** @type {SVGSVGElement} */ (svg);
}

/**
 * The code of a key fingerprint: a scanner reads the digits that stand beside it.
 * @param {import("../endpoint/fingerprint.js").Fingerprint} fingerprint
 * @param {string} label
 * @returns {SVGSVGElement}
 */
export function fingerprintCode({ digits }, label) {
  return qr(codeText(digits), label);
}

/** @param {string} name @param {Record<string, string>} attributes @returns {SVGElement} */
function svgElement(name, attributes) {
  const made = /** @type {SVGElement} */ (document.createElementNS(SVG, name));
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** @param {boolean[][]} rows @returns {string} one square for each dark module */
function path(rows) {
  return rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
}
