/**
 * Finds what FHIR references point at inside one file.
 *
 * Full URLs, urn:uuid, relative and versioned references, conditional ones
 * (`Practitioner?identifier=...`) and logical ones (`identifier` alone). A
 * reference that leads out of the file leads nowhere.
 */

import { isObject } from './fhir_unwrap.js';

/** @typedef {import('./fhir_unwrap.js').Resource} Resource */

const TYPE_AND_ID = /(?:^|\/)([A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64})$/;
/** Only supporting resources are followed, and these types are named by identifier. */
const NAMED_BY_IDENTIFIER = ['Organization', 'Practitioner', 'PractitionerRole', 'Location', 'Device'];
/** @type {Resource[]} */
const NONE = [];
const CONDITIONAL = /^([A-Z][A-Za-z]+)\?identifier=(.+)$/;

/** @template K, V @param {Map<K, V[]>} map @param {K} key @param {V} value */
function push(map, key, value) {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** A `url` is a reference when it names a Binary or a urn: attachments point so. @param {string} url */
function pointsInside(url) {
  return url.startsWith('urn:uuid:') || /(?:^|\/)Binary\//.test(url);
}

/** @param {any} value @yields {string | {system?: string, value: string}} every reference below a value */
export function* referencesIn(value) {
  const stack = [value];
  while (stack.length) {
    const each = stack.pop();
    if (typeof each !== 'object' || each === null) continue;
    if (!Array.isArray(each)) yield* referencesOf(each);
    for (const inner of Object.values(each)) if (typeof inner === 'object') stack.push(inner);
  }
}

/** @param {any} each @returns {Generator<string | {system?: string, value: string}>} */
function* referencesOf(each) {
  if (typeof each.reference === 'string') yield each.reference;
  else if (isObject(each.identifier) && typeof each.identifier.value === 'string') yield each.identifier;
  if (typeof each.url === 'string' && pointsInside(each.url)) yield each.url;
}

export class References {
  /** @param {Resource[]} resources */
  constructor(resources) {
    /** @type {Map<string, Resource[]>} */
    this.byUrl = new Map();
    /** @type {Map<string, Resource[]>} */
    this.byId = new Map();
    /** @type {Map<string, Resource[]>} */
    this.byIdentifier = new Map();
    /** @type {Map<string, Resource[]>} */
    this.byLogical = new Map();
    for (const each of resources) this.index(each);
  }

  /** @param {Resource} resource */
  index(resource) {
    if (resource.fullUrl) push(this.byUrl, resource.fullUrl, resource);
    if (resource.id) push(this.byId, `${resource.type}/${resource.id}`, resource);
    for (const each of [resource.value.identifier].flat()) {
      if (!isObject(each) || typeof each.value !== 'string') continue;
      push(this.byIdentifier, `${resource.type}|${each.system ?? ''}|${each.value}`, resource);
    }
  }

  /**
   * @param {string | {system?: string, value: string}} reference
   * @param {Resource | undefined} from
   * @returns {Resource[]} more than one when the file holds several versions; the same list each time
   */
  resolve(reference, from) {
    if (typeof reference !== 'string') return this.logical(reference);
    if (reference.startsWith('#')) return NONE;
    const conditional = CONDITIONAL.exec(reference);
    if (conditional) return this.conditional(conditional[1], conditional[2]);
    const plain = reference.replace(/#[^]*$/, '').replace(/\/_history\/[^/]+$/, '');
    return this.byUrl.get(plain) ?? this.byUrl.get(base(from) + plain)
      ?? this.byId.get(TYPE_AND_ID.exec(plain)?.[1] ?? '') ?? NONE;
  }

  /** @param {string} type @param {string} query @returns {Resource[]} */
  conditional(type, query) {
    const [system, value] = query.includes('|') ? query.split('|', 2) : ['', query];
    return this.byIdentifier.get(`${type}|${system}|${value}`) ?? NONE;
  }

  /** @param {{system?: string, value: string}} identifier @returns {Resource[]} */
  logical({ system, value }) {
    const key = `${system ?? ''}|${value}`;
    const known = this.byLogical.get(key);
    if (known) return known;
    const found = NAMED_BY_IDENTIFIER.flatMap((type) => this.byIdentifier.get(`${type}|${key}`) ?? []);
    this.byLogical.set(key, found);
    return found;
  }
}

/** What fhir_files.js puts before the full URLs of each of several cards. */
const CARD = /^card:\d+#/;

/** The server part of a resource's full URL, or the card that it came in. @param {Resource | undefined} from */
function base(from) {
  const card = CARD.exec(from?.fullUrl ?? '');
  if (card) return card[0];
  const path = from ? `${from.type}/${from.id}` : '';
  return from?.fullUrl?.endsWith(`/${path}`) ? from.fullUrl.slice(0, -path.length) : '';
}
