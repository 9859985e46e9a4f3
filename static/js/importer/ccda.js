/**
 * Splits a C-CDA document into partitions.
 *
 * Sections and parts of the header are cut out letter for letter. A section
 * inside a section that belongs elsewhere is taken out of the outer one and
 * filed on its own; processing instructions inside a part are dropped, with a
 * warning, because a sealed partition may hold none.
 */

import { headerPartition, sectionKind, sectionRule } from './ccda_rules.js';
import { isoDate, patientItem, sectionItems } from './ccda_items.js';
import { MAX_NAMED } from './limits.js';
import { Splitter } from './partition.js';
import { standAlone } from './slice.js';
import { nameWarnings } from './warnings.js';
import { all, attribute, elementsOf, first, readXml, textOf } from './xml.js';
import { CDA, checkDoctype, checkRoot } from './xml_kinds.js';

/** @typedef {import('./xml.js').Element} Element */
/** @typedef {import('./partition.js').PartitionName} PartitionName */
/** @typedef {import('./partition.js').Role} Role */
/** @typedef {import('./partition.js').Item} Item */

class CcdaSplit {
  /** @param {string} text @param {import('./xml.js').Instruction[]} instructions @param {Splitter} splitter */
  constructor(text, instructions, splitter) {
    this.text = text;
    this.instructions = instructions;
    this.splitter = splitter;
    /** @type {Element[]} */
    this.following = [];
    /** @type {{section: Element, cuts: Element[]}[]} */
    this.envelopes = [];
    /** @type {string[]} */
    this.notes = [];
    /** What the table does not know: the words of the warning, and how often. @type {Map<string, number>} */
    this.unknown = new Map();
    /** @type {Set<import('./xml.js').Instruction>} */
    this.dropped = new Set();
  }

  /** @param {PartitionName} name @param {Element} element @param {{role: Role, copy?: boolean, cuts?: Element[], items?: Item[]}} how */
  add(name, element, { role, copy, cuts = [], items = [] }) {
    const inside = this.instructions.filter(({ start, end }) => start > element.start && end < element.end
      && !cuts.some((cut) => start > cut.start && end < cut.end));
    for (const each of inside) this.dropped.add(each);
    const left = [...cuts, ...inside].sort((a, b) => a.start - b.start);
    this.splitter.add(name, { role, copy, partial: left.length > 0, body: standAlone(this.text, element, left), items });
  }

  /** @param {Element} root */
  header(root) {
    for (const part of elementsOf(root)) {
      if (part.local === 'component' && part.uri === CDA) continue;
      const partition = headerPartition(part);
      if (part.local === 'recordTarget') this.add('personal', part, { role: 'record', items: [patientItem(part)] });
      else if (partition === 'follows') this.following.push(part);
      else if (partition === 'insurance') this.add(partition, part, { role: 'record', items: [{ kind: 'coverage' }] });
      else this.add(partition, part, { role: 'header' });
    }
  }

  /** @param {Element} root */
  body(root) {
    for (const component of all(root, 'component')) {
      for (const part of elementsOf(component)) this.bodyPart(part);
    }
  }

  /** @param {Element} part structuredBody or nonXMLBody */
  bodyPart(part) {
    if (part.local === 'nonXMLBody') {
      const type = attribute(first(part, 'text'), 'mediaType') ?? 'unknown type';
      const item = { kind: 'document', code: { display: type } };
      this.add('medical', part, { role: 'record', items: [item] });
      this.notes.push(`The document holds no sections but one embedded file (${type.slice(0, 64)}); it went to medical whole.`);
      return;
    }
    for (const each of elementsOf(part)) {
      const sections = each.local === 'component' ? all(each, 'section') : [];
      for (const section of sections) this.section(section, ['medical']);
      if (!sections.length) this.add('personal', each, { role: 'header' });
    }
  }

  /** @param {Element} section @param {string[]} inherited where it goes when nothing names it @returns {string[]} its own place first */
  targets(section, inherited) {
    const rule = sectionRule(section);
    return rule ? [rule.partition, ...rule.copy] : inherited;
  }

  /** @param {Element} section @param {string[]} inherited */
  section(section, inherited) {
    const rule = sectionRule(section);
    const targets = this.targets(section, inherited);
    if (!rule) this.noteUnknown(section, targets[0]);
    const elsewhere = this.elsewhere(section, targets);
    const cuts = elsewhere.map((inner) => /** @type {Element} */ (inner.parent));
    if (targets[0] === 'envelope') this.envelopes.push({ section, cuts });
    else this.record(section, targets, cuts, this.items(section, targets));
    for (const inner of elsewhere) this.section(inner, targets);
  }

  /** @param {Element} section @param {string[]} targets @param {Element[]} cuts @param {Item[]} items */
  record(section, targets, cuts, items) {
    targets.forEach((name, index) => {
      this.add(/** @type {PartitionName} */ (name), section, { role: 'record', copy: index > 0, cuts, items });
    });
  }

  /** Items of a section and of the sections in it that stay with it. @param {Element} section @param {string[]} targets @returns {Item[]} */
  items(section, targets) {
    const inner = subsections(section).filter((each) => same(this.targets(each, targets), targets));
    return [...sectionItems(section, sectionKind(sectionRule(section))), ...inner.flatMap((each) => this.items(each, targets))];
  }

  /** @param {Element} section @param {string[]} targets @returns {Element[]} the nearest sections inside that go elsewhere */
  elsewhere(section, targets) {
    return subsections(section).flatMap((inner) => {
      const own = this.targets(inner, targets);
      return same(own, targets) ? this.elsewhere(inner, targets) : [inner];
    });
  }

  /** @param {Element} section @param {string} partition */
  noteUnknown(section, partition) {
    const code = attribute(first(section, 'code'), 'code') ?? 'none';
    const words = `that SeSPHR does not know (code ${code.slice(0, 32)}) went to ${partition}.`;
    this.unknown.set(words, (this.unknown.get(words) ?? 0) + 1);
  }

  /** @returns {string[]} */
  unknownNotes() {
    const notes = [...this.unknown].map(([words, times]) => (times === 1 ? `A section ${words}` : `${times} sections ${words}`));
    if (notes.length <= MAX_NAMED) return notes;
    return [...notes.slice(0, MAX_NAMED), `${notes.length - MAX_NAMED} more codes of sections are unknown to SeSPHR.`];
  }

  /** The header of the document accompanies every partition that has content. */
  follow() {
    const [holder] = this.splitter.filled();
    if (!holder) return;
    for (const { section, cuts } of this.envelopes) this.add(holder, section, { role: 'envelope', cuts });
    for (const name of this.splitter.filled()) {
      for (const part of this.following) this.add(name, part, { role: 'supporting' });
    }
  }

  /** @param {Element} root @returns {string[]} */
  warnings(root) {
    const patients = all(root, 'recordTarget');
    const names = patients.flatMap((target) => all(first(target, 'patientRole/patient'), 'name'))
      .flatMap((name) => all(name, 'family')).map(textOf);
    const found = [...this.notes, ...this.unknownNotes()];
    if (!this.splitter.filled().includes('personal') && this.splitter.sources.get('personal')?.length) {
      found.push('The document names no patient: the parts of its header that belong to personal are only in the original file.');
    }
    if (this.dropped.size) found.push(`${this.dropped.size} processing instructions were left out of the partitions; they are in the original file.`);
    if (patients.length > 1) found.push(`The document is about ${patients.length} patients: check that it is about one person.`);
    return [...found, ...nameWarnings(names, this.splitter)];
  }
}

/** @param {Element} section @returns {Element[]} */
function subsections(section) {
  return all(section, 'component').flatMap((component) => all(component, 'section'));
}

/** @param {string[]} one @param {string[]} other */
function same(one, other) {
  return one.join() === other.join();
}

/**
 * @param {string} text of an XML file
 * @param {(done: number) => Promise<void>} pause
 * @returns {Promise<{format: string, title?: string, splitter: Splitter, warnings: string[]}>}
 */
export async function splitCcda(text, pause) {
  const { root, instructions } = await readXml(text, { checkRoot, checkDoctype }, pause);
  const splitter = new Splitter({
    format: 'c-cda', type: attribute(first(root, 'code'), 'code'), date: isoDate(attribute(first(root, 'effectiveTime'), 'value')),
  });
  const split = new CcdaSplit(text, instructions, splitter);
  split.header(root);
  split.body(root);
  split.follow();
  return { format: 'c-cda', title: textOf(first(root, 'title')) || undefined, splitter, warnings: split.warnings(root) };
}
