/**
 * Makes static/js/importer/maps/fhir_r4_shapes.json of R4's own StructureDefinitions.
 *
 * XML says neither which elements repeat nor which are numbers or booleans; JSON
 * does. Most names mean one thing wherever they stand, so the map holds names, and
 * only where these differ the name of the element around them (`identifier.value`)
 * or the resource besides (`MedicationDispense/substitution.reason`).
 *
 * node benchmarks/corpus/shapes.mjs FOLDER   (FOLDER: hl7.fhir.r4.examples, unpacked)
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const MAP = new URL('../../static/js/importer/maps/', import.meta.url);
const RULES = JSON.parse(readFileSync(new URL('fhir_r4_partition.json', MAP), 'utf8'));
const NUMBERS = new Set(['decimal', 'integer', 'positiveInt', 'unsignedInt']);
/** Types that never reach a partition, and whose members therefore nothing reads. */
const UNREAD = new Set(Object.keys(RULES).filter((type) => ['reject', 'system'].includes(RULES[type].partition)));

/** @typedef {{shape: string, target: string}} Member */

/** @param {string} folder */
function* definitions(folder) {
  for (const name of readdirSync(folder).filter((each) => each.startsWith('StructureDefinition-'))) {
    const found = JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
    const concrete = ['resource', 'complex-type'].includes(found.kind) && found.derivation !== 'constraint' && !found.abstract;
    if (concrete && !UNREAD.has(found.type)) yield found;
  }
}

/** @param {any} element @param {string} code of its type @returns {Member} */
function memberOf(element, code) {
  const many = ['0', '1'].includes(element.max) ? '' : '*';
  const kind = NUMBERS.has(code) ? 'n' : code === 'boolean' ? 'b' : '';
  return { shape: many + kind, target: ['BackboneElement', 'Element'].includes(code) ? element.path : code };
}

/** @param {any} element @returns {[name: string, Member][]} a choice of types is a name each */
function membersOf(element) {
  const name = element.path.slice(element.path.lastIndexOf('.') + 1);
  if (element.contentReference) return [[name, { ...memberOf(element, ''), target: element.contentReference.slice(1) }]];
  return (element.type ?? []).map((/** @type {any} */ { code }) => {
    const named = name.endsWith('[x]') ? name.slice(0, -3) + code[0].toUpperCase() + code.slice(1) : name;
    return [named, memberOf(element, code)];
  });
}

/** @param {string} folder @returns {{nodes: Map<string, Map<string, Member>>, resources: string[]}} */
function read(folder) {
  /** @type {Map<string, Map<string, Member>>} */
  const nodes = new Map();
  const resources = [];
  for (const { type, kind, snapshot } of definitions(folder)) {
    if (kind === 'resource') resources.push(type);
    for (const element of snapshot.element.slice(1)) {
      const holder = element.path.slice(0, element.path.lastIndexOf('.'));
      const members = nodes.get(holder) ?? nodes.set(holder, new Map()).get(holder);
      for (const [name, member] of membersOf(element)) members?.set(name, member);
    }
  }
  return { nodes, resources };
}

/** @param {ReturnType<typeof read>} read @yields {[resource: string, around: string, name: string, shape: string]} every member in every place */
function* placed({ nodes, resources }) {
  for (const resource of resources) {
    const seen = new Set();
    const queue = [[resource, resource]];
    for (let at = queue.pop(); at; at = queue.pop()) {
      const [node, around] = at;
      if (seen.has(at.join())) continue;
      seen.add(at.join());
      for (const [name, { shape, target }] of nodes.get(node) ?? []) {
        yield [resource, around, name, shape];
        if (nodes.has(target)) queue.push([target, name]);
      }
    }
  }
}

/** @param {Map<string, Map<string, number>>} counts @param {string} key @param {string} shape */
function count(counts, key, shape) {
  const shapes = counts.get(key) ?? counts.set(key, new Map()).get(key);
  shapes?.set(shape, (shapes.get(shape) ?? 0) + 1);
}

/** The shape that a key has most often; of equals the plain one. @param {Map<string, number>} shapes */
function usual(shapes) {
  return [...shapes].sort(([a, n], [b, m]) => m - n || a.length - b.length)[0][0];
}

/** @param {ReturnType<typeof read>} found @returns {Record<string, string>} names, by shape */
function mapOf(found) {
  /** Names alone, names within names, and these within resources. @type {Map<string, Map<string, number>>[]} */
  const levels = [new Map(), new Map(), new Map()];
  for (const [resource, around, name, shape] of placed(found)) {
    const keys = [name, `${around}.${name}`, `${resource}/${around}.${name}`];
    keys.forEach((key, level) => count(levels[level], key, shape));
  }
  const known = new Map([...levels[0]].map(([name, shapes]) => [name, usual(shapes)]).filter(([, shape]) => shape));
  const shapeOf = (/** @type {string} */ key) => known.get(key) ?? known.get(key.replace(/^.*\//, '')) ?? known.get(key.replace(/^.*\./, '')) ?? '';
  for (const level of levels.slice(1)) {
    for (const [key, shapes] of level) if (usual(shapes) !== shapeOf(key)) known.set(key, usual(shapes));
  }
  const groups = Map.groupBy([...known], ([, shape]) => shape || 'one');
  return Object.fromEntries([...groups].sort().map(([shape, keys]) => [shape, keys.map(([key]) => key).sort().join(' ')]));
}

const map = mapOf(read(process.argv[2]));
writeFileSync(new URL('fhir_r4_shapes.json', MAP), `${JSON.stringify(map, null, 1)}\n`);
