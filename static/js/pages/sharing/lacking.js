/** What the key nodes lack for the list in force: after they changed, everything is dealt again. @module */
import { lackingOf } from "../../endpoint/sharing.js";
import { clone } from "../../ui/dom.js";

/** @typedef {import("./load.js").Scene} Scene */

/** Say it, with the button that deals it again; say nothing when nothing is lacking. @param {HTMLElement} place @param {Scene} scene */
export function drawLacking(place, scene) {
  const { pairs, shares } = lackingOf(scene.head, scene.head.rules);
  // Who is no member any more gets no keys.
  const reachable = pairs.filter(({ member }) => scene.people.get(member)?.found);
  const lacks = shares.length > 0 || reachable.length > 0;
  if (lacks !== (place.firstElementChild !== null)) place.replaceChildren(...(lacks ? [clone("t-lacking")] : []));
}
