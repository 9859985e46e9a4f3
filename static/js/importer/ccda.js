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
import { aboutBody, aboutHeader, aboutPatient, aboutSection } from './ccda_units.js';
import { Embedded, inlineOfBody } from './attachments_embedded.js';
import { MAX_NAMED } from './limits.js';
import { NAMESPACE, Splitter } from './partition.js';
import { refuse } from './refused.js';
import { instructionsIn, standAlone } from './slice.js';
import { NOWHERE, place, placesOf } from './units.js';
import { NameFinder } from './warnings.js';
import { all, attribute, elementsOf, first, textOf } from './xml.js';
import { CDA } from './xml_kinds.js';

/** @typedef {import('./xml.js').Element} Element */
/** @typedef {import('./partition.js').PartitionName} PartitionName */
/** @typedef {import('./partition.js').Role} Role */
/** @typedef {import('./partition.js').Item} Item */
/** @typedef {import('./units.js').Part} Part */
/** @typedef {import('./units.js').Choices} Choices */
/** @typedef {import('./words.js').Notice} Notice */

/** @typedef {{code: string, part: Part}} Unknown a section that the table does not know */

class CcdaSplit {
  /** @param {string} text @param {import('./xml.js').Instruction[]} instructions @param {Element} root */
  constructor(text, instructions, root) {
    this.text = text;
    this.instructions = instructions;
    this.root = root;
    this.format = 'c-cda';
    this.title = textOf(first(root, 'title')) || undefined;
    this.origin = {
      format: this.format, type: attribute(first(root, 'code'), 'code'), date: isoDate(attribute(first(root, 'effectiveTime'), 'value')),
    };
    /** What is placed, in the order of the file. @type {Part[]} */
    this.parts = [];
    /** @type {Part[]} */
    this.following = [];
    /** @type {Part[]} */
    this.envelopes = [];
    /** @type {{type: string, part: Part}[]} */
    this.embedded = [];
    /** @type {Unknown[]} */
    this.unknown = [];
    this.inside = new Embedded();
    /** @type {Set<import('./xml.js').Instruction>} */
    this.dropped = new Set();
    this.header();
    this.body();
    this.finder = new NameFinder(this.familyNames());
  }

  get units() {
    return /** @type {import('./units.js').Unit[]} */ (this.parts.filter(({ id }) => id));
  }

  /**
   * @param {Element} element @param {{role: Role, home?: PartitionName, copies?: PartitionName[], cuts?: Element[], items?: Item[],
   *   about?: import('./units.js').About}} how
   * @returns {Part}
   */
  part(element, { role, home = 'personal', copies = [], cuts = [], items = [], about }) {
    // What stands directly in a source must not be taken for markup of the partition.
    if (element.uri === NAMESPACE) throw refuse('namespace', 'own-namespace');
    const inside = instructionsIn(this.instructions, element, cuts);
    for (const each of inside) this.dropped.add(each);
    const left = [...cuts, ...inside].sort((a, b) => a.start - b.start);
    const id = about && `u${this.parts.length + 1}`;
    return { id, about, home, copies, role, items, partial: left.length > 0, write: () => standAlone(this.text, element, left) };
  }

  header() {
    for (const part of elementsOf(this.root)) {
      if (part.local === 'component' && part.uri === CDA) continue;
      const partition = headerPartition(part);
      if (partition === 'follows') this.following.push(this.part(part, { role: 'supporting' }));
      else this.parts.push(this.headerPart(part, partition));
    }
  }

  /** @param {Element} part @param {PartitionName} home */
  headerPart(part, home) {
    if (part.local === 'recordTarget') {
      return this.part(part, { role: 'record', items: [patientItem(part)], about: aboutPatient(part) });
    }
    const insurance = home === 'insurance';
    const about = aboutHeader(part, insurance);
    return insurance ? this.part(part, { role: 'record', home, items: [{ kind: 'coverage' }], about })
      : this.part(part, { role: 'header', home, about });
  }

  body() {
    for (const component of all(this.root, 'component')) {
      for (const part of elementsOf(component)) this.bodyPart(part);
    }
  }

  /** @param {Element} part structuredBody or nonXMLBody */
  bodyPart(part) {
    if (part.local === 'nonXMLBody') {
      const type = attribute(first(part, 'text'), 'mediaType') ?? 'unknown type';
      const item = { kind: 'document', code: { display: type } };
      const files = this.inside.take(inlineOfBody(part, this.title, this.origin.date));
      // The document is the file, where it can be taken out.
      const made = { ...this.part(part, { role: 'record', home: 'medical', items: files.length ? [] : [item], about: aboutBody(type) }), files };
      this.parts.push(made);
      this.embedded.push({ type: type.slice(0, 64), part: made });
      return;
    }
    for (const each of elementsOf(part)) {
      const sections = each.local === 'component' ? all(each, 'section') : [];
      for (const section of sections) this.section(section, ['medical']);
      if (!sections.length) this.parts.push(this.part(each, { role: 'header' }));
    }
  }

  get files() {
    return this.inside.files;
  }

  /** @param {Element} section @param {string[]} inherited where it goes when nothing names it @returns {string[]} its own place first */
  targets(section, inherited) {
    const rule = sectionRule(section);
    return rule ? [rule.partition, ...rule.copy] : inherited;
  }

  /** @param {Element} section @param {string[]} inherited */
  section(section, inherited) {
    const targets = this.targets(section, inherited);
    const elsewhere = this.elsewhere(section, targets);
    const cuts = elsewhere.map((inner) => /** @type {Element} */ (inner.parent));
    if (targets[0] === 'envelope') this.envelopes.push(this.part(section, { role: 'envelope', cuts }));
    else this.record(section, targets, cuts);
    for (const inner of elsewhere) this.section(inner, targets);
  }

  /** @param {Element} section @param {string[]} targets @param {Element[]} cuts */
  record(section, [home, ...copies], cuts) {
    const items = this.items(section, [home, ...copies]);
    const part = this.part(section, { role: 'record', home, copies, cuts, items, about: aboutSection(section, items) });
    this.parts.push(part);
    if (sectionRule(section)) return;
    this.unknown.push({ code: (attribute(first(section, 'code'), 'code') ?? 'none').slice(0, 32), part });
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

  /** @param {Choices} choices */
  lay(choices) {
    const splitter = new Splitter(this.origin);
    const home = this.headerHome(choices);
    for (const part of this.parts) place(splitter, part, choices, part.role === 'header' ? home : part.home);
    this.follow(splitter);
    return { splitter, notices: this.notices(splitter, choices) };
  }

  /** The rest of the header stays with the patient, wherever the owner moved that. @param {Choices} choices @returns {PartitionName} */
  headerHome(choices) {
    const records = this.parts.filter(({ role }) => role === 'record');
    if (records.some((part) => placesOf(part, choices).includes('personal'))) return 'personal';
    const patient = records.find(({ about }) => about?.kind === 'patient');
    return patient ? placesOf(patient, choices)[0] ?? NOWHERE : 'personal';
  }

  /** The header of the document accompanies every partition that has content. @param {Splitter} splitter */
  follow(splitter) {
    const [holder] = splitter.filled();
    if (!holder) return;
    const fixed = { moves: new Map(), copies: true };
    for (const part of this.envelopes) place(splitter, part, fixed, holder);
    for (const name of splitter.filled()) {
      for (const part of this.following) place(splitter, part, fixed, name);
    }
  }

  /** @param {Splitter} splitter @param {Choices} choices @returns {Notice[]} */
  notices(splitter, choices) {
    const patients = all(this.root, 'recordTarget').length;
    /** @type {Notice[]} */
    const found = [...this.embeddedNotices(choices), ...this.inside.notices(), ...this.unknownNotices(choices)];
    if (!splitter.filled().includes('personal') && splitter.open('personal').length) found.push({ code: 'no-patient', params: {} });
    if (this.dropped.size) found.push({ code: 'instructions', params: { n: this.dropped.size } });
    if (patients > 1) found.push({ code: 'patients-document', params: { n: patients } });
    return [...found, ...this.finder.notices(splitter)];
  }

  /** What the owner moved is decided: nothing is said of it. @param {Choices} choices @returns {Notice[]} */
  embeddedNotices(choices) {
    return undecided(this.embedded, choices)
      .map(({ type, part, at }) => ({ code: 'embedded', params: { type, partition: at, units: [part.id ?? ''] } }));
  }

  /** @param {Choices} choices @returns {Notice[]} */
  unknownNotices(choices) {
    const groups = Map.groupBy(undecided(this.unknown, choices), ({ code, at }) => `${at} ${code}`);
    const notices = [...groups.values()].map((group) => ({
      code: 'unknown-section',
      params: { section: group[0].code, partition: group[0].at, n: group.length, units: group.map(({ part }) => part.id ?? '') },
    }));
    if (notices.length <= MAX_NAMED) return notices;
    return [...notices.slice(0, MAX_NAMED), { code: 'unknown-more', params: { n: notices.length - MAX_NAMED } }];
  }

  /** @returns {string[]} */
  familyNames() {
    return all(this.root, 'recordTarget').flatMap((target) => all(first(target, 'patientRole/patient'), 'name'))
      .flatMap((name) => all(name, 'family')).map(textOf);
  }
}

/**
 * @template {{part: import('./units.js').Part}} T
 * @param {T[]} found @param {Choices} choices
 * @returns {(T & {at: PartitionName})[]} those that the owner neither moved nor left out, and where they go
 */
function undecided(found, choices) {
  return found.filter(({ part }) => !choices.moves.has(part.id ?? ''))
    .flatMap((each) => placesOf(each.part, choices).slice(0, 1).map((at) => ({ ...each, at })));
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
 * @param {string} text of the file
 * @param {{root: Element, instructions: import('./xml.js').Instruction[]}} read of it
 * @returns {import('./units.js').Split}
 */
export function splitCcda(text, { root, instructions }) {
  return new CcdaSplit(text, instructions, root);
}
