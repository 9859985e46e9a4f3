/**
 * Splits a FHIR R4 JSON file into partitions.
 *
 * Each resource goes where fhir_rules.js says, as the text it had. Supporting
 * resources are copied to wherever something refers to them and never stand
 * alone; whatever is placed nowhere is named in a warning.
 */

import { checkVersion, decide } from './fhir_rules.js';
import { itemOf } from './fhir_items.js';
import { References, referencesIn } from './fhir_references.js';
import { isObject, textual, Unwrapped } from './fhir_unwrap.js';
import { readJson } from './json.js';
import { resourceBody, Splitter } from './partition.js';
import { refuse, WHAT_IS_READ } from './refused.js';
import { LeftOut, nameWarnings } from './warnings.js';

/** @typedef {import('./fhir_unwrap.js').Resource} Resource */
/** @typedef {import('./partition.js').PartitionName} PartitionName */

/** @param {any} value what the file holds @param {Map<object, any>} spans */
function checkRoot(value, spans) {
  if (spans.has(value)) return;
  if (isObject(value) && Array.isArray(value.verifiableCredential)) {
    throw refuse('shc', 'This is a SMART Health Card in its signed form.', `${WHAT_IS_READ} Its FHIR bundle can be added as JSON.`);
  }
  throw refuse('json', 'This JSON file is not a FHIR resource.', `${WHAT_IS_READ} Ask for the record in one of these forms.`);
}

class FhirSplit {
  /** @param {Unwrapped} unwrapped @param {Splitter} splitter */
  constructor(unwrapped, splitter) {
    this.unwrapped = unwrapped;
    this.splitter = splitter;
    this.references = new References(unwrapped.resources);
    this.leftOut = new LeftOut();
    /** @type {Resource[]} */
    this.supporting = [];
    /** What each partition holds and follows references from. @type {Map<PartitionName, Resource[]>} */
    this.placed = new Map();
    this.directives = this.advanceDirectives();
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

  place() {
    for (const resource of this.unwrapped.resources) {
      const decision = decide(resource.value, {
        isPatient: (reference) => this.isPatient(reference, resource), directives: this.directives,
      });
      if (decision === 'follows') this.supporting.push(resource);
      else if ('leftOut' in decision) this.leftOut.add(shownType(resource), decision.leftOut, label(resource));
      else this.record(resource, [decision.partition, ...decision.copies]);
    }
  }

  /** @param {any} reference @param {Resource} from */
  isPatient(reference, from) {
    const target = textual(reference?.reference) ?? '';
    return this.references.resolve(target, from)[0]?.type === 'Patient'
      || /(?:^|\/)Patient\/[^/]+$/.test(target) || reference?.type === 'Patient';
  }

  /** @param {Resource} resource @param {PartitionName[]} targets the first is its own */
  record(resource, targets) {
    const item = itemOf(resource, (reference) => this.follow(reference, resource));
    targets.forEach((name, index) => {
      this.splitter.add(name, { role: 'record', copy: index > 0, body: bodyOf(resource), items: [item] });
      this.hold(name, resource);
    });
  }

  /** @param {PartitionName} name @param {Resource} resource */
  hold(name, resource) {
    const held = this.placed.get(name);
    if (held) held.push(resource);
    else this.placed.set(name, [resource]);
  }

  /** @param {string} reference @param {Resource} from @returns {any} */
  follow(reference, from) {
    if (!reference.startsWith('#')) return this.references.resolve(reference, from)[0]?.value;
    const contained = [from.value.contained].flat();
    return contained.find((each) => isObject(each) && each.id === reference.slice(1));
  }

  /** Envelopes go to one partition only: they may name the person (a query's address does). */
  placeEnvelopes() {
    const [holder] = this.splitter.filled();
    if (!holder) return;
    for (const { value, type, id, text } of this.unwrapped.envelopes) {
      this.splitter.add(holder, { role: 'envelope', body: resourceBody({ type, id }, text), items: [] });
      this.hold(holder, { value, type, id, text, number: 0 });
    }
  }

  placeSupporting() {
    /** @type {Set<Resource>} */
    const used = new Set();
    for (const name of this.splitter.filled()) {
      const reached = this.closure(this.placed.get(name) ?? []);
      for (const resource of this.supporting.filter((each) => reached.has(each))) {
        used.add(resource);
        this.splitter.add(name, { role: 'supporting', body: bodyOf(resource), items: [] });
      }
    }
    for (const resource of this.supporting.filter((each) => !used.has(each))) {
      this.leftOut.add(shownType(resource), 'referred to by nothing in the record', label(resource));
    }
  }

  /** @param {Resource[]} from @returns {Set<Resource>} the supporting resources that these lead to */
  closure(from) {
    const supporting = new Set(this.supporting);
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
        for (const target of targets.filter((each) => supporting.has(each) && !reached.has(each))) {
          reached.add(target);
          queue.push(target);
        }
      }
    }
    return reached;
  }

  /** @returns {string[]} */
  warnings() {
    const { empty, untyped, resources } = this.unwrapped;
    const patients = resources.filter(({ type }) => type === 'Patient');
    const found = this.leftOut.sentences();
    if (empty) found.push(`${empty} entries of the bundle hold no resource; they are only in the original file.`);
    if (untyped) found.push(`${untyped} entries hold a resource without a type; they are only in the original file.`);
    if (patients.length > 1) found.push(`The file holds ${patients.length} Patient resources: check that it is about one person.`);
    return [...found, ...nameWarnings(familyNames(patients), this.splitter)];
  }
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
function bodyOf({ type, id, fullUrl, text, entry }) {
  return resourceBody({ type, id, fullUrl }, text, entry);
}

/** @param {Resource} resource */
function shownType({ type }) {
  return /^[A-Za-z]{1,64}$/.test(type) ? type : 'unnamed';
}

/** @param {Resource} resource */
function label(resource) {
  return resource.id && resource.id.length <= 64 ? `${shownType(resource)}/${resource.id}` : `resource ${resource.number} of the file`;
}

/** @param {Resource[]} resources of which none is a record */
function nothingFound(resources) {
  const types = [...new Set(resources.map(shownType))];
  const held = types.length ? `only ${types.slice(0, 5).join(', ')}${types.length > 5 ? ' and others' : ''}` : 'no resource';
  return refuse('nothing', `This FHIR file holds nothing of a patient's record (${held}).`,
    'Ask for the record of the patient as FHIR R4, or as a C-CDA document.');
}

/** @param {string} text */
function checkCharacters(text) {
  if (!/[\ufffe\uffff]/.test(text)) return;
  throw refuse('json', 'This JSON file holds a character that is not text (U+FFFE or U+FFFF).', 'Ask its sender for a correct one.');
}

/**
 * @param {string} text of a JSON file
 * @param {(done: number) => Promise<void>} pause
 * @returns {Promise<{format: string, title?: string, splitter: Splitter, warnings: string[]}>}
 */
export async function splitFhir(text, pause) {
  checkCharacters(text);
  const { value, spans } = readJson(text);
  await pause(0.5);
  checkRoot(value, spans);
  const unwrapped = new Unwrapped(text, spans);
  unwrapped.take(value);
  for (const resource of unwrapped.resources) checkVersion(resource.value);
  const splitter = new Splitter({ format: 'fhir-r4', type: textual(value.type) ?? value.resourceType, date: textual(value.timestamp) });
  const split = new FhirSplit(unwrapped, splitter);
  split.place();
  split.placeEnvelopes();
  split.placeSupporting();
  if (!splitter.filled().length) throw nothingFound(unwrapped.resources);
  await pause(0.8);
  const composition = unwrapped.resources.find(({ type }) => type === 'Composition');
  return { format: 'fhir-r4', title: textual(composition?.value.title), splitter, warnings: split.warnings() };
}
