/** Whether the role of each person of the matrix is certified, asked once and shown beside their names. @module */
import { fill, slot } from "../../ui/dom.js";
import { certifiable, certifiedBriefly } from "../shared/certified.js";

/** @typedef {import("../../endpoint/session.js").Session} Session */
/** @typedef {import("./load.js").Someone} Someone */

export class CertifiedRoles {
  /** By member. @type {Map<string, Promise<HTMLElement | "">>} */
  #known = new Map();

  /** @param {Session} session */
  constructor(session) {
    this.session = session;
  }

  /**
   * Fill the rows as answers come; key nodes that are away hold up nothing else.
   * @param {Iterable<Someone>} people
   */
  show(people) {
    for (const person of [...people].filter(({ problem, role }) => problem === null && certifiable(role))) {
      placeOf(person.member)?.classList.add("matrix__certified--awaited");
      void this.#of(person).then((found) => fillRow(person.member, found));
    }
  }

  /** @param {Someone} person @returns {Promise<HTMLElement | "">} */
  #of({ member, role }) {
    const known = this.#known.get(member) ?? certifiedBriefly(this.session, { member, role }, { sentence: false });
    this.#known.set(member, known);
    return known;
  }
}

/** @param {string} member @returns {HTMLElement | null} */
function placeOf(member) {
  const row = document.getElementById(`m-${member}`);
  return row && slot(row, "certified");
}

/** @param {string} member @param {HTMLElement | ""} found */
function fillRow(member, found) {
  const place = placeOf(member);
  if (place) fill(place, { certified: found && /** @type {HTMLElement} */ (found.cloneNode(true)) });
}
