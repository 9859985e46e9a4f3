/** Which facts came with a later version of their record. */

/** @typedef {import('./facts.js').Fact} Fact */
/** @typedef {import('./partition.js').Model} Model */

/**
 * The importer's walk and the reader's are one: each item of a source has its fact, in order. Where
 * the two differ, a fact is as old as its source.
 *
 * @param {Model} model
 * @param {Fact[]} facts of it
 * @returns {Fact[]} with the version in which they came, where that was not the first
 */
export function withVersions(model, facts) {
  if (![...model.items, ...model.sources].some(({ added }) => added)) return facts;
  const items = Map.groupBy(model.items, ({ source }) => source);
  const sources = new Map(model.sources.map((source) => [source.id, source.added]));
  return [...Map.groupBy(facts, ({ source }) => source)].flatMap(([source, found]) => {
    const own = items.get(source) ?? [];
    return found.map((fact, index) => ({ ...fact, added: own.length === found.length ? own[index].added : sources.get(source) }));
  });
}

/**
 * @param {Fact[]} facts
 * @param {number | null} version of the record that this is
 * @param {string} made when that version was made, ISO 8601
 * @returns {Fact[]} with the date on what came with it; a first version has nothing new
 */
export function withFresh(facts, version, made) {
  if (version === null || version < 2) return facts;
  return facts.map((fact) => (fact.added === version ? { ...fact, fresh: made } : fact));
}
