/**
 * Small helpers over the DOM: clone what a template element holds and fill its places by text.
 *
 * Nothing here makes markup out of text, so nothing that a record or a person says can become one.
 * @module
 */

import { direct } from "./direction.js";

/** @typedef {string | number | Node | null | undefined | (Node | string)[]} Filling what goes into a place; null leaves the template's own words, "" empties it */

/**
 * @param {string} id
 * @param {ParentNode} [root]
 * @returns {HTMLElement}
 * @throws {Error} when the page has no such element: a mistake in its template
 */
export function byId(id, root = document) {
  const found = root.querySelector(`#${CSS.escape(id)}`);
  if (!(found instanceof HTMLElement)) throw new Error(`no element ${id}`);
  return found;
}

/**
 * A new element.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {Record<string, string | boolean | undefined>} [attributes] true sets an empty one; false and undefined none
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(key, "");
    else if (typeof value === "string") made.setAttribute(key, value);
  }
  made.append(...children);
  direct(made, children);
  return made;
}

/**
 * A copy of what the template element `id` holds (one root element), its places filled.
 * @param {string} id
 * @param {Record<string, Filling>} [slots] by the name in data-slot
 * @returns {HTMLElement}
 * @throws {Error} when there is no such template, or it has no such place
 */
export function clone(id, slots = {}) {
  const template = byId(id);
  if (!(template instanceof HTMLTemplateElement)) throw new Error(`${id} is not a template`);
  const made = template.content.firstElementChild?.cloneNode(true);
  if (!(made instanceof HTMLElement)) throw new Error(`template ${id} is empty`);
  fill(made, slots);
  return made;
}

/**
 * Put fillings into the places of an element; the element itself may be a place too.
 * @param {HTMLElement} root
 * @param {Record<string, Filling>} slots
 */
export function fill(root, slots) {
  for (const [name, content] of Object.entries(slots)) {
    if (content === null || content === undefined) continue;
    const place = slot(root, name);
    const nodes = asNodes(content);
    place.replaceChildren(...nodes);
    direct(place, nodes);
  }
}

/**
 * The place `name` in an element.
 * @param {HTMLElement} root @param {string} name @returns {HTMLElement}
 */
export function slot(root, name) {
  const selector = `[data-slot="${CSS.escape(name)}"]`;
  const found = root.matches(selector) ? root : root.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`no place ${name}`);
  return found;
}

/** @param {Exclude<Filling, null | undefined>} content @returns {(Node | string)[]} */
function asNodes(content) {
  if (Array.isArray(content)) return content;
  return [content instanceof Node ? content : String(content)];
}

/** @param {Element} element @param {boolean} [visible] */
export function show(element, visible = true) {
  element.toggleAttribute("hidden", !visible);
}

/**
 * Call `act` for presses on elements with data-action="NAME" inside root, also on later ones.
 * @param {HTMLElement} root
 * @param {Record<string, (element: HTMLElement, event: Event) => unknown>} actions
 */
export function onAction(root, actions) {
  root.addEventListener("click", (event) => {
    const pressed = event.target instanceof Element ? event.target.closest("[data-action]") : null;
    if (!(pressed instanceof HTMLElement) || !root.contains(pressed)) return;
    actions[pressed.dataset.action ?? ""]?.(pressed, event);
  });
}
