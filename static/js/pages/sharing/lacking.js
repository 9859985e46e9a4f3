/** What the key nodes lack for the list in force: after they changed, everything is dealt again. @module */
import { keysOf } from "../../endpoint/rules.js";
import { lackingOf } from "../../endpoint/sharing.js";
import { clone } from "../../ui/dom.js";

/** @typedef {import("./load.js").Scene} Scene */

/** Say it, with the button that deals it again; say nothing when nothing is lacking. @param {HTMLElement} place @param {Scene} scene */
export function drawLacking(place, scene) {
  const { rules } = scene.head;
  const { pairs, shares } = lackingOf(scene.head, rules, scene.own);
  // Who is no member any more gets no keys, and who has new ones is shared with anew.
  const reachable = pairs.filter((pair) => keysOf(rules, pair).has(scene.people.get(pair.member)?.found?.key ?? ""));
  const lacks = shares.length > 0 || reachable.length > 0;
  if (lacks !== (place.firstElementChild !== null)) place.replaceChildren(...(lacks ? [clone("t-lacking")] : []));
}
