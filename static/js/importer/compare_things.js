/**
 * The things that a record holds, each with what tells it from others: the names that its source
 * gave it, and what it says.
 *
 * A thing is an item of a partition. It reads parsed partitions, and knows neither files nor keys.
 */

import { sectionKind, sectionRule } from './ccda_rules.js';
import { elementContent, plainContent, resourceContent, wordsOf } from './compare_content.js';
import { entriesOf } from '../reader/ccda_statements.js';
import { all, attribute, every, first, textOf } from '../reader/tree.js';

/** @typedef {import('../reader/partition.js').Model} Model */
/** A file that belongs to the partition is told by its octets. @typedef {import('../reader/partition.js').Source & {attachment?: {sha256: string}}} Source */
/** @typedef {import('../reader/partition.js').Item} Item */
/** @typedef {import('../reader/tree.js').Element} Element */
/** @typedef {import('./compare_content.js').Refer} Refer */
/** @typedef {{names: string[], strong: string[], content: string}} Statement `names`: given by who wrote it; `strong`: by no chance those of another */
/**
 * @typedef {object} Thing
 * @property {string} partition @property {string} source id @property {string} item id @property {string} kind
 * @property {string} [title] @property {string} [date] in the source's words
 * @property {string[]} names @property {string[]} strong @property {string} content
 * @property {string} about kind, code and date: what it is a statement of
 * @property {boolean} copy kept in this partition besides, for safety
 * @property {number} [added] the version of its record in which it came
 */

const HL7 = 'urn:hl7-org:v3';
/** Shorter ids are counted (`o1`, `17`): another file has the same for something else. */
const DRAWN = 16;

/** @param {any} value @returns {any[]} */
const list = (value) => (Array.isArray(value) ? value : value ? [value] : []);

/** @param {any} resource @returns {string[]} business identifiers */
function identifiersOf({ resourceType, identifier }) {
  return list(identifier).filter((each) => typeof each?.value === 'string')
    .map(({ system, value }) => `${resourceType} ${JSON.stringify([typeof system === 'string' ? system : '', value])}`);
}

/** What references lead to, by what does not change between two exports. */
class Targets {
  /** @param {Model[]} models */
  constructor(models) {
    /** @type {Map<string, string>} */
    this.labels = new Map();
    for (const { resource } of models.flatMap(({ sources }) => sources)) {
      if (!resource?.value) continue;
      const label = labelOf(resource.value);
      if (resource.id) this.labels.set(`${resource.type}/${resource.id}`, label);
      if (resource.fullUrl) this.labels.set(resource.fullUrl, label);
    }
  }

  /** @param {string} reference @returns {string} */
  name(reference) {
    if (reference.startsWith('#')) return reference;
    const [plain] = reference.split('/_history/');
    const [type] = /[A-Za-z]+(?=\/[^/]+$)/.exec(plain) ?? [''];
    return this.labels.get(plain) ?? this.labels.get(plain.split('/').slice(-2).join('/')) ?? type;
  }
}

/** @param {any} resource @returns {string} */
function labelOf(resource) {
  const { resourceType, code, name } = resource;
  if (resourceType === 'Patient') return resourceType;
  const own = identifiersOf(resource);
  return own.length && resourceType !== 'Medication' ? own.sort().join() : `${resourceType} ${plainContent([code ?? null, name ?? null])}`;
}

/** @param {NonNullable<Source["resource"]>} resource @param {Refer} refer @returns {Statement} */
function ofResource({ type, id, fullUrl, value, text }, refer) {
  const name = id ? [`${type}/${id}`] : [];
  const drawn = id && id.length >= DRAWN;
  const strong = [...(value ? identifiersOf(value) : []), ...(fullUrl ? [fullUrl] : []), ...(drawn ? name : [])];
  return { names: drawn ? [] : name, strong, content: value ? `${type} ${resourceContent(value, refer)}` : text };
}

/** @param {Element} element @returns {string[]} */
function idsOf(element) {
  return all(element, 'id').filter((each) => !attribute(each, 'nullFlavor') && attribute(each, 'root'))
    .map((each) => `${attribute(each, 'root')}^${attribute(each, 'extension') ?? ''}`);
}

/** @param {Element} section @returns {string} what tells it from the document's other sections */
function sectionName(section) {
  const code = attribute(first(section, 'code'), 'code') ?? textOf(first(section, 'title'));
  return `section ${code} ${all(section, 'templateId').map((each) => attribute(each, 'root')).sort()[0] ?? ''}`;
}

/** @param {Element} section @returns {Statement[]} one for each item, in their order */
function ofSection(section) {
  const [found, words] = [entriesOf(section, sectionKind(sectionRule(/** @type {any} */ (section)))), wordsOf(section)];
  const own = found.map(({ statement, outer }) => {
    const around = statement === outer ? '' : ['statusCode', 'effectiveTime'].map((name) => all(outer, name).map((each) => elementContent(each, words)).join()).join();
    // Names of an act around several statements are none of theirs.
    return { names: [], strong: idsOf(statement), content: `${elementContent(statement, words)} ${around}` };
  });
  const narrative = { names: [sectionName(section)], strong: [], content: textOf(first(section, 'text')) };
  return [...(own.length ? own : [narrative]), ...every(section, 'component/section').flatMap(ofSection)];
}

/** @param {Source} source @param {Refer} refer @returns {Statement[]} */
function statementsOf({ resource, element, attachment }, refer) {
  if (attachment) return [{ names: [], strong: [`file ${attachment.sha256}`], content: `file ${attachment.sha256}` }];
  if (resource) return [ofResource(resource, refer)];
  if (!element) return [];
  if (element.local === 'section' && element.uri === HL7) return ofSection(element);
  return [{ names: [`${element.local} ${attribute(first(element, 'id'), 'value') ?? ''}`], strong: [], content: elementContent(element, String) }];
}

/** @param {Item} item @returns {string} what an item says, where its source cannot be told apart */
function itemContent({ kind, status, date, negated, code, value, components }) {
  return JSON.stringify([kind, status, date, negated, code, value, components]);
}

/** @param {Item} item @param {string} content */
function aboutOf({ kind, date, code }, content) {
  const subject = code?.value ? `${code.system ?? ''}|${code.value}` : code?.display?.toLowerCase();
  return subject || date ? JSON.stringify([kind, subject, date]) : `${kind} ${content}`;
}

/** @param {Model} model @param {Source} source @param {Item[]} items of it @param {Refer} refer @returns {Thing[]} */
function thingsIn({ partition }, source, items, refer) {
  const statements = statementsOf(source, refer);
  const matched = statements.length === items.length;
  return items.map((item, index) => {
    const { names, strong, content } = matched ? statements[index] : { names: [], strong: [], content: itemContent(item) };
    return {
      partition, source: source.id, item: item.id, kind: item.kind, title: item.code?.display ?? item.code?.value, date: item.date,
      names, strong, content: `${item.kind} ${content}`,
      about: aboutOf(item, content), copy: source.copy, added: item.added,
    };
  });
}

/** @param {Model[]} models the partitions of one record @returns {Thing[]} in the order of the partitions and their items */
export function thingsOf(models) {
  const targets = new Targets(models);
  const refer = (/** @type {string} */ reference) => targets.name(reference);
  return models.flatMap((model) => {
    const items = Map.groupBy(model.items, ({ source }) => source);
    return model.sources.filter(({ role }) => role === 'record').flatMap((source) => thingsIn(model, source, items.get(source.id) ?? [], refer));
  });
}

/** @typedef {{names: Set<string>, version?: number, date?: string}} Identity */

/** @param {Source} source @returns {string[]} */
function documentNames({ element, resource, role }) {
  if (element && role === 'header' && ['id', 'setId'].includes(element.local)) {
    return attribute(element, 'nullFlavor') ? [] : [`${attribute(element, 'root')}^${attribute(element, 'extension') ?? ''}`];
  }
  const value = resource?.value;
  if (!value || !['Bundle', 'Composition'].includes(value.resourceType)) return [];
  return identifiersOf(value).map((name) => name.replace(/^\w+ /, 'document '));
}

/** @param {Model[]} models @returns {Identity} what the document calls itself, by whichever name it keeps over its versions */
export function identityOf(models) {
  const sources = models.flatMap((model) => model.sources);
  const number = sources.find(({ element, role }) => role === 'header' && element?.local === 'versionNumber')?.element;
  const version = Number.parseInt(attribute(number, 'value') ?? '', 10);
  return {
    names: new Set(sources.flatMap(documentNames)), version: Number.isSafeInteger(version) ? version : undefined,
    date: models.find(({ origin }) => origin.date)?.origin.date,
  };
}
