/**
 * The parts of a file that are placed one by one, and where each goes.
 *
 * A part with an id is a unit: something that its owner can move. The text of a
 * part is written only when a layout needs it, and once.
 */

/** @typedef {import('./partition.js').PartitionName} PartitionName */
/** @typedef {import('./partition.js').Splitter} Splitter */
/** @typedef {import('./words.js').Notice} Notice */

/**
 * What a page shows of a unit; everything but kind and type is in the file's own words.
 *
 * @typedef {object} About
 * @property {string} kind as of an item, or `contact`, `relative`, `consent`
 * @property {string} type a FHIR type, or the name of the C-CDA element
 * @property {string} [title] @property {string} [text] what it says in short: a name, a dose
 * @property {string} [value] @property {string} [unit] of a measurement, as the source writes them
 * @property {string} [date] ISO 8601, as precise as the source @property {string} [status]
 * @property {boolean} [negated]
 * @property {string[]} names of what a section holds, each once
 * @property {number} items how many it holds
 */

/**
 * @typedef {object} Part
 * @property {string} [id] of a unit
 * @property {PartitionName} home @property {PartitionName[]} copies where it stands besides, for safety
 * @property {import('./partition.js').Role} role @property {boolean} [partial]
 * @property {import('./partition.js').Item[]} items
 * @property {() => string} write its markup
 * @property {string} [body] the markup once written
 * @property {About} [about] of a unit
 * @property {import('./attachments.js').Filed[]} [files] of the record that stand beside it, or that it is
 */

/** @typedef {Part & {id: string, about: About}} Unit */

/**
 * What an owner decided: where units go instead, and whether safety copies are made; which partitions
 * go into another one whole (or nowhere), and how partitions are called.
 *
 * @typedef {{moves: ReadonlyMap<string, PartitionName>, copies: boolean,
 *   into?: ReadonlyMap<PartitionName, PartitionName>, names?: ReadonlyMap<PartitionName, string>}} Choices
 */

/** Where goes what its owner leaves out: the original file alone has it. No partition can be called so. */
export const NOWHERE = '*';

/**
 * A file that was read and can be laid out again and again.
 *
 * @typedef {object} Split
 * @property {string} format @property {string} [title] @property {{type?: string, date?: string}} origin
 * @property {Unit[]} units
 * @property {import('./attachments.js').Attached[]} [files] whose digests are still to be worked out
 * @property {(choices: Choices) => {splitter: Splitter, notices: Notice[]}} lay
 */

/**
 * @param {PartitionName} name @param {Pick<Choices, 'into'>} choices without a circle
 * @returns {PartitionName} the partition that it was merged into, or itself
 */
export function finalOf(name, { into }) {
  let at = name;
  for (let next = into?.get(at); next !== undefined; next = into?.get(at)) at = next;
  return at;
}

/**
 * @param {Part} part @param {Choices} choices @param {PartitionName} [home] where it goes unless it is moved
 * @returns {PartitionName[]} its own partition first, then copies; none when it is left out
 */
export function placesOf(part, choices, home = part.home) {
  const own = finalOf((part.id && choices.moves.get(part.id)) || home, choices);
  if (own === NOWHERE) return [];
  const copies = choices.copies ? part.copies.map((name) => finalOf(name, choices)) : [];
  return [...new Set([own, ...copies])].filter((name) => name !== NOWHERE);
}

/**
 * @param {Splitter} splitter @param {Part} part @param {Choices} choices @param {PartitionName} [home]
 * @returns {PartitionName[]} where it was put; none when it is left out
 */
export function place(splitter, part, choices, home = part.home) {
  const { items, partial, id } = part;
  const places = placesOf(part, choices, home);
  if (!places.length) return places;
  // A partition counts as filled by its records: what an owner moves there is one.
  const role = places[0] === home ? part.role : 'record';
  part.body ??= part.write();
  const { body, files = [] } = part;
  places.forEach((name, index) => {
    const copy = index > 0;
    if (body) splitter.add(name, { role, copy, partial, body, items, unit: id });
    for (const { file, item } of files) splitter.add(name, { role, copy, body: '', items: [item], unit: id, file });
  });
  return places;
}
