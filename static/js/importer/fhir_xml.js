/**
 * Reads a FHIR R4 resource written as XML into the value that it has as JSON.
 *
 * maps/fhir_r4_shapes.json tells which elements repeat and which are numbers or
 * booleans. Numbers keep the source's characters. What R4 does not know is read
 * as it looks: text, or a list where it occurs more than once. The source stays
 * the XML; this value is only what items and facts are read from.
 */

import shapes from './maps/fhir_r4_shapes.json' with { type: 'json' };
import { JsonNumber } from './json.js';

export const FHIR = 'http://hl7.org/fhir';

/** What the importer's and the reader's trees have in common. */
/** @typedef {{local: string, uri: string, attributes: {name: string, value: string}[], children: (Xml | string)[]}} Xml */
/**
 * @typedef {object} Ways
 * @property {(div: any) => string} [xhtml] writes a narrative; without it none is read
 * @property {string} [omit] a member of the resource that is left out
 */

/** @type {Map<string, string>} */
const SHAPES = new Map(Object.entries(shapes).flatMap(([shape, names]) => names.split(' ').map((name) => [name, shape])));
const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;
/** These names would change the object itself instead of naming a member, or hide its type. */
const FORBIDDEN = new Set(['__proto__', 'resourceType']);

/** @param {string} resource @param {string} around @param {string} name @returns {string} */
function shapeOf(resource, around, name) {
  const within = `${around}.${name}`;
  return SHAPES.get(`${resource}/${within}`) ?? SHAPES.get(within) ?? SHAPES.get(name) ?? '';
}

/** @param {Xml} element @returns {Xml[]} */
function elementsOf(element) {
  return /** @type {Xml[]} */ (element.children.filter((child) => typeof child !== 'string'));
}

/** @param {Xml} element @param {string} name */
function attribute(element, name) {
  return element.attributes.find((each) => each.name === name)?.value;
}

/** @param {string | undefined} text @param {string} shape @returns {any} null when an element has no value */
function primitive(text, shape) {
  if (text === undefined) return null;
  if (shape.endsWith('n') && NUMBER.test(text)) return new JsonNumber(text);
  return shape === 'b' && /^(true|false)$/.test(text) ? text === 'true' : text;
}

/** No data type has a member with a capital letter: such a child is a resource. @param {Xml} element */
function resourcesIn(element) {
  return elementsOf(element).filter(({ local, uri }) => uri === FHIR && /^[A-Z]/.test(local));
}

class Reader {
  /** @param {string} type of the resource @param {Ways} ways */
  constructor(type, ways) {
    this.type = type;
    this.ways = ways;
  }

  /** @param {Xml} element @param {string} around its name @param {any} [made] */
  complex(element, around, made = {}) {
    for (const name of ['id', 'url']) {
      const value = attribute(element, name);
      if (value !== undefined) made[name] = value;
    }
    for (const [name, group] of Map.groupBy(elementsOf(element), ({ local }) => local)) {
      if (!FORBIDDEN.has(name) && name !== this.omitted(around)) this.members(made, name, around, group);
    }
    return made;
  }

  /** @param {string} around */
  omitted(around) {
    return around === this.type ? this.ways.omit : undefined;
  }

  /** @param {any} made @param {string} name @param {string} around @param {Xml[]} group all of this name */
  members(made, name, around, group) {
    if (group[0].uri !== FHIR) {
      if (name === 'div' && this.ways.xhtml) made.div = this.ways.xhtml(group[0]);
      return;
    }
    const shape = shapeOf(this.type, around, name);
    const many = shape.startsWith('*') || group.length > 1;
    const plain = group.some((each) => attribute(each, 'value') !== undefined);
    const values = plain ? group.map((each) => primitive(attribute(each, 'value'), shape)) : group.flatMap((each) => this.nested(each, name));
    made[name] = many ? values : values[0];
    if (plain) this.besides(made, name, group, many);
  }

  /** What stands inside primitive values: ids and extensions. @param {any} made @param {string} name @param {Xml[]} group @param {boolean} many */
  besides(made, name, group, many) {
    const found = group.map((each) => {
      const inner = this.complex(each, name);
      return Object.keys(inner).length ? inner : null;
    });
    if (found.some(Boolean)) made[`_${name}`] = many ? found : found[0];
  }

  /** @param {Xml} element @param {string} name @returns {any[]} */
  nested(element, name) {
    const resources = resourcesIn(element);
    return resources.length ? resources.map((each) => fhirValue(each, { xhtml: this.ways.xhtml })) : [this.complex(element, name)];
  }
}

/**
 * @param {Xml} element a resource
 * @param {Ways} [ways]
 * @returns {any} as readJson gives it for the same resource in JSON
 */
export function fhirValue(element, ways = {}) {
  const type = element.local;
  return new Reader(type, ways).complex(element, type, { resourceType: type });
}
