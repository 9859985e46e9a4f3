/**
 * Turns left and right of a stylesheet into start and end, so that one sheet serves both directions of
 * writing, the design system's rules too. Where lines run from left to right, nothing changes.
 *
 * What is drawn by borders and turned (ticks) keeps its borders, and what is centred its 50 %.
 * @module
 */

/** @type {Record<string, "start" | "end">} */
const SIDES = { left: "start", right: "end" };
const DECLARATION = /(?<=[{;])([a-z-]+):([^;{}]*)/g;
const BLOCK = /\{[^{}]*\}/g;

/**
 * @param {string} css without blanks around its punctuation, as Sass compresses it
 * @returns {string}
 */
export function logical(css) {
  return css.replace(BLOCK, (block) => {
    const turned = block.includes("rotate(");
    return block.replace(DECLARATION, (all, /** @type {string} */ name, /** @type {string} */ value) => declaration(name, value, turned) ?? all);
  });
}

/** @param {string} name @param {string} value @param {boolean} turned @returns {string | undefined} nothing for what has no side */
function declaration(name, value, turned) {
  if (turned && name.startsWith("border-") && !name.endsWith("-radius")) return undefined;
  if (name === "text-align" || name === "float" || name === "clear") return aligned(name, value);
  if (name === "border-radius") return corners(value);
  const sides = /^(margin|padding|border-width|border-color|border-style)$/.exec(name);
  if (sides) return four(name, value);
  if (/^(left|right)$/.test(name) && value === "50%") return undefined;
  const renamed = logicalName(name);
  return renamed && `${renamed}:${value}`;
}

/** @param {string} name @returns {string | undefined} */
function logicalName(name) {
  const corner = /^border-(top|bottom)-(left|right)-radius$/.exec(name);
  if (corner) return `border-${corner[1] === "top" ? "start" : "end"}-${SIDES[corner[2]]}-radius`;
  if (name in SIDES) return `inset-inline-${SIDES[name]}`;
  const side = /^((?:scroll-)?(?:margin|padding)|border)-(left|right)(-width|-color|-style)?$/.exec(name);
  return side ? `${side[1]}-inline-${SIDES[side[2]]}${side[3] ?? ""}` : undefined;
}

/** @param {string} name @param {string} value */
function aligned(name, value) {
  const [, side, rest] = /^(left|right)(\s*!important)?$/.exec(value) ?? [];
  if (!side) return undefined;
  return `${name}:${name === "text-align" ? "" : "inline-"}${SIDES[side]}${rest ?? ""}`;
}

/** Four values whose sides differ; two declarations. @param {string} name @param {string} value */
function four(name, value) {
  const [values, important] = split(value);
  if (values.length !== 4 || values[1] === values[3]) return undefined;
  const [top, right, bottom, left] = values;
  const [head, tail = ""] = name.split(/(?=-)/);
  const pair = (/** @type {string} */ axis, /** @type {string} */ one, /** @type {string} */ other) =>
    `${head}-${axis}${tail}:${one === other ? one : `${one} ${other}`}${important}`;
  return `${pair("block", top, bottom)};${pair("inline", left, right)}`;
}

/** @param {string} value */
function corners(value) {
  const [values, important] = split(value);
  if (values.length !== 4 || values.includes("/") || (values[0] === values[1] && values[2] === values[3])) return undefined;
  const names = ["start-start", "start-end", "end-end", "end-start"];
  return names.map((name, at) => `border-${name}-radius:${values[at]}${important}`).join(";");
}

/** @param {string} value @returns {[string[], string]} its parts, functions whole, and whether it is important */
function split(value) {
  const plain = value.replace(/\s*!important$/, "");
  const parts = plain.match(/(?:[^\s()]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))+/g) ?? [];
  return [parts, plain === value ? "" : " !important"];
}
