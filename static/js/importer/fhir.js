/**
 * Splits the resources of a FHIR R4 file into partitions.
 *
 * Each resource goes where fhir_rules.js says, as the text it had. Supporting
 * resources are copied to wherever something refers to them and never stand
 * alone; whatever is placed nowhere is named in a warning.
 */

import { Embedded, inlineOf } from './attachments_embedded.js';
import { decide } from './fhir_rules.js';
import { itemOf } from './fhir_items.js';
import { References, referencesIn } from './fhir_references.js';
import { aboutResource } from './fhir_units.js';
import { isObject, textual } from './fhir_unwrap.js';
import { Splitter } from './partition.js';
import { refuse } from './refused.js';
import { place } from './units.js';
import { LeftOut, NameFinder } from './warnings.js';

/** @typedef {import('./fhir_unwrap.js').Resource} Resource */
/** @typedef {import('./partition.js').PartitionName} PartitionName */
/** @typedef {import('./units.js').Choices} Choices */
/** @typedef {import('./units.js').Unit} Unit */
/** @typedef {import('./words.js').Notice} Notice */

/** What accompanies units is placed under no choices of the owner's. @type {Choices} */
const FIXED = { moves: new Map(), copies: true };

/** What one layout holds, and what references are followed from. */
class Layout {
  /** @param {{format: string, type?: string, date?: string}} origin */
  constructor(origin) {
    this.splitter = new Splitter(origin);
    /** @type {Map<PartitionName, Resource[]>} */
    this.placed = new Map();
    this.leftOut = new LeftOut();
  }

  /** @param {PartitionName} name @param {Resource} resource */
  hold(name, resource) {
    const held = this.placed.get(name);
    if (held) held.push(resource);
    else this.placed.set(name, [resource]);
  }
}

export class FhirSplit {
  /** @param {import('./fhir_unwrap.js').Unwrapping} unwrapped @param {{format: string, type?: string, date?: string}} origin */
  constructor(unwrapped, origin) {
    this.format = origin.format;
    this.origin = origin;
    this.unwrapped = unwrapped;
    this.references = new References(unwrapped.resources);
    /** @type {{resource: Resource, unit: Unit}[]} */
    this.records = [];
    /** @type {{resource: Resource, part: import('./units.js').Part}[]} */
    this.supporting = [];
    /** @type {[type: string, reason: string, name: string | number][]} */
    this.refused = [];
    this.inside = new Embedded();
    this.directives = this.advanceDirectives();
    this.decide();
    this.companions = new Set(this.supporting.map(({ resource }) => resource));
    const { resources } = unwrapped;
    this.title = textual(resources.find(({ type }) => type === 'Composition')?.value.title);
    this.finder = new NameFinder(familyNames(resources.filter(({ type }) => type === 'Patient')));
  }

  get files() {
    return this.inside.files;
  }

  get units() {
    return this.records.map(({ unit }) => unit);
  }

  /** @returns {Set<any>} resources that a Composition lists as advance directives */
  advanceDirectives() {
    const found = new Set();
    for (const resource of this.unwrapped.resources.filter(({ type }) => type === 'Composition')) {
      for (const section of sectionsOf(resource.value)) {
        if (!section.code?.coding?.some?.((/** @type {any} */ each) => each?.code === '42348-3')) continue;
        for (const reference of referencesIn(section.entry)) {
          const [target] = this.references.resolve(reference, resource);
          if (target) found.add(target.value);
        }
      }
    }
    return found;
  }

  decide() {
    for (const resource of this.unwrapped.resources) {
      const decision = decide(resource.value, {
        isPatient: (reference) => this.isPatient(reference, resource), directives: this.directives,
      });
      if (decision === 'follows') this.supporting.push({ resource, part: this.supportingPart(resource) });
      else if ('leftOut' in decision) this.refused.push([shownType(resource), decision.leftOut, label(resource)]);
      else this.records.push({ resource, unit: this.unit(resource, decision.partition, decision.copies) });
    }
  }

  /** @param {any} reference @param {Resource} from */
  isPatient(reference, from) {
    const target = textual(reference?.reference) ?? '';
    return this.references.resolve(target, from)[0]?.type === 'Patient'
      || /(?:^|\/)Patient\/[^/]+$/.test(target) || reference?.type === 'Patient';
  }

  /** @param {Resource} resource @param {PartitionName} home @param {PartitionName[]} copies @returns {Unit} */
  unit(resource, home, copies) {
    const follow = (/** @type {string} */ reference) => this.follow(reference, resource);
    const item = itemOf(resource, follow);
    return {
      id: `u${this.records.length + 1}`, home, copies, role: 'record', items: [item],
      about: aboutResource(resource.value, item, follow), write: resource.write, partial: resource.partial,
      files: this.inside.take(inlineOf(resource.value)),
    };
  }

  /** @param {Resource} resource @returns {import('./units.js').Part} */
  supportingPart(resource) {
    const files = this.inside.take(inlineOf(resource.value));
    return { ...companion('supporting', resource), files };
  }

  /** @param {string} reference @param {Resource} from @returns {any} */
  follow(reference, from) {
    if (!reference.startsWith('#')) return this.references.resolve(reference, from)[0]?.value;
    const contained = [from.value.contained].flat();
    return contained.find((each) => isObject(each) && each.id === reference.slice(1));
  }

  /** @param {Choices} choices */
  lay(choices) {
    const layout = new Layout(this.origin);
    for (const { resource, unit } of this.records) {
      for (const name of place(layout.splitter, unit, choices)) layout.hold(name, resource);
    }
    for (const each of this.refused) layout.leftOut.add(...each);
    this.placeEnvelopes(layout);
    this.placeSupporting(layout);
    if (!layout.splitter.filled().length) throw nothingFound(this.unwrapped.resources);
    return { splitter: layout.splitter, notices: this.notices(layout) };
  }

  /** Envelopes go to one partition only: they may name the person (a query's address does). @param {Layout} layout */
  placeEnvelopes(layout) {
    const [holder] = layout.splitter.filled();
    if (!holder) return;
    for (const each of this.unwrapped.envelopes) {
      place(layout.splitter, companion('envelope', each), FIXED, holder);
      layout.hold(holder, { ...each, number: 0 });
    }
  }

  /** @param {Layout} layout */
  placeSupporting({ splitter, placed, leftOut }) {
    /** @type {Set<Resource>} */
    const used = new Set();
    for (const name of splitter.filled()) {
      const reached = this.closure(placed.get(name) ?? []);
      for (const { resource, part } of this.supporting.filter((each) => reached.has(each.resource))) {
        used.add(resource);
        place(splitter, part, FIXED, name);
      }
    }
    for (const { resource } of this.supporting.filter((each) => !used.has(each.resource))) {
      leftOut.add(shownType(resource), 'unreferenced', label(resource));
    }
  }

  /** @param {Resource[]} from @returns {Set<Resource>} the supporting resources that these lead to */
  closure(from) {
    /** @type {Set<Resource>} */
    const reached = new Set();
    const queue = [...from];
    // A list of targets is walked once: files may name one id very often.
    const walked = new Set();
    for (let resource = queue.pop(); resource; resource = queue.pop()) {
      for (const reference of referencesIn(resource.value)) {
        const targets = this.references.resolve(reference, resource);
        if (walked.has(targets)) continue;
        walked.add(targets);
        for (const target of targets.filter((each) => this.companions.has(each) && !reached.has(each))) {
          reached.add(target);
          queue.push(target);
        }
      }
    }
    return reached;
  }

  /** @param {Layout} layout @returns {Notice[]} */
  notices({ splitter, leftOut }) {
    const { empty, untyped, resources, dropped, cards } = this.unwrapped;
    const patients = resources.filter(({ type }) => type === 'Patient').length;
    const found = [...leftOut.notices(), ...this.inside.notices()];
    if (empty) found.push({ code: 'entries-empty', params: { n: empty } });
    if (untyped) found.push({ code: 'entries-untyped', params: { n: untyped } });
    if (dropped.size) found.push({ code: 'instructions', params: { n: dropped.size } });
    if (cards) found.push({ code: 'card-signature', params: { n: cards } });
    if (patients > 1) found.push({ code: 'patients-file', params: { n: patients } });
    return [...found, ...this.finder.notices(splitter)];
  }
}

/** What accompanies units; its place is given when it is placed. @param {import('./partition.js').Role} role @param {{write: () => string, partial?: boolean}} resource @returns {import('./units.js').Part} */
function companion(role, { write, partial }) {
  return { home: '', copies: [], role, items: [], write, partial };
}

/** @param {any} value a Composition or a section @returns {any[]} its sections at every depth */
function sectionsOf(value) {
  const own = Array.isArray(value.section) ? value.section.filter(isObject) : [];
  return own.flatMap((/** @type {any} */ section) => [section, ...sectionsOf(section)]);
}

/** @param {Resource[]} patients @returns {string[]} */
function familyNames(patients) {
  return patients.flatMap(({ value }) => [value.name].flat().map((name) => textual(name?.family) ?? ''));
}

/** @param {Resource} resource */
function shownType({ type }) {
  return /^[A-Za-z]{1,64}$/.test(type) ? type : 'unnamed';
}

/** @param {Resource} resource @returns {string | number} its place in the file where it has no id */
function label(resource) {
  return resource.id && resource.id.length <= 64 ? `${shownType(resource)}/${resource.id}` : resource.number;
}

/** @param {Resource[]} resources of which none is a record */
function nothingFound(resources) {
  const types = [...new Set(resources.map(shownType))];
  return refuse('nothing', 'fhir-nothing', { types: types.slice(0, 5), more: types.length > 5 });
}
