/**
 * The facts of C-CDA sections: items, with what a reader needs besides.
 */

import { sectionKind, sectionRule } from '../importer/ccda_rules.js';
import { isoDate } from '../importer/ccda_items.js';
import { entriesOf, namesAt, statementsOf, timesOf, unitOf, Words } from './ccda_statements.js';
import { absence, compare, fact, flagOf, isSevere } from './facts.js';
import { all, attribute, elements, every, first, textOf } from './tree.js';

/** @typedef {import('./tree.js').Element} Element */
/** @typedef {import('./facts.js').Fact} Fact */
/** @typedef {import('./facts.js').Code} Code */
/** @typedef {import('./partition.js').Source} Source */
/** @typedef {import('./ccda_statements.js').Found} Found */

const STATUS = '33999-4';
const SEVERITY = 'SEV';
const CRITICALITY = '82606-5';
const INSTRUCTIONS = '76662-6';
const VALUED = new Set(['result', 'vital', 'other']);

/** @param {Element} statement @returns {Element[]} statements that say more of it */
function related(statement) {
  return all(statement, 'entryRelationship').flatMap(statementsOf);
}

/** @param {Element} statement @param {string} code @returns {Element | undefined} */
function relatedBy(statement, code) {
  return related(statement).find((each) => attribute(first(each, 'code'), 'code') === code);
}

class SectionFacts {
  /** @param {Element} section @param {string} kind @param {Source} source */
  constructor(section, kind, source) {
    this.section = section;
    this.kind = kind;
    this.source = source;
    this.words = new Words(section);
    this.title = textOf(first(section, 'title')) || undefined;
  }

  /** @returns {Fact[]} */
  facts() {
    const found = entriesOf(this.section, this.kind).map((each) => this.fact(each));
    return found.length ? found : [this.document()];
  }

  /** A section of narrative alone is a document of its own. @returns {Fact} */
  document() {
    const code = this.words.code(first(this.section, 'code'));
    const name = this.title ?? code?.display;
    return fact({ kind: 'document', about: this.kind, code, name, section: this.title, source: this.source.id, copy: this.source.copy });
  }

  /** @param {Found} found @returns {Fact} */
  fact({ statement, outer, panel }) {
    const code = this.subject(statement);
    const negated = attribute(statement, 'negationInd') === 'true';
    const own = timesOf(statement);
    return fact({
      kind: this.kind, code, name: this.name(code, statement), negated, absent: this.absent(code, statement, negated),
      status: this.status(statement, outer), date: own.date ?? timesOf(outer).date, end: own.end,
      panel: panel && this.words.code(first(panel, 'code'))?.display, section: this.title, source: this.source.id, copy: this.source.copy,
      who: this.who(statement), ...this.details(statement),
    });
  }

  /** @param {Element} statement @returns {Partial<Fact>} */
  details(statement) {
    if (this.kind === 'allergy') return this.reactions(statement);
    if (this.kind === 'medication') return { dose: this.dose(statement), note: this.reason(statement) };
    return VALUED.has(this.kind) && statement.local === 'observation' ? this.measured(statement) : {};
  }

  /** @param {Code | undefined} code @param {Element} statement @returns {string | undefined} */
  name(code, statement) {
    if (this.kind === 'coverage') {
      const payer = every(statement, 'performer/assignedEntity')
        .find((each) => attribute(first(each, 'code'), 'code') === 'PAYOR') ?? first(statement, 'performer/assignedEntity');
      return namesAt(payer, 'representedOrganization/name')[0] ?? code?.display;
    }
    return code?.display || namesAt(statement, 'consumable/manufacturedProduct/manufacturedMaterial/name')[0]
      || this.words.read(first(statement, 'text')) || code?.value;
  }

  /** @param {Element} statement @returns {Code | undefined} */
  subject(statement) {
    const product = first(statement, 'consumable/manufacturedProduct/manufacturedMaterial/code')
      ?? first(statement, 'product/manufacturedProduct/manufacturedMaterial/code')
      ?? (statement.local === 'supply' ? first(statement, 'participant/participantRole/playingDevice/code') : undefined);
    const [own, value] = [first(statement, 'code'), first(statement, 'value')];
    if (product) return this.words.code(product);
    if (this.kind === 'allergy') {
      return this.words.code(first(statement, 'participant/participantRole/playingEntity/code')) ?? this.words.code(value) ?? this.words.code(own);
    }
    const valued = this.kind === 'problem' && statement.local === 'observation';
    return (valued ? this.words.code(value) : undefined) ?? this.words.code(own);
  }

  /**
   * A value may say the absence that the subject does not.
   * @param {Code | undefined} code
   * @param {Element} statement
   * @param {boolean} negated
   */
  absent(code, statement, negated) {
    if (!['allergy', 'problem', 'medication'].includes(this.kind)) return undefined;
    return absence(code, negated, this.words.code(first(statement, 'value')));
  }

  /**
   * Its own status where it has one, otherwise that of the act around it.
   * @param {Element} statement
   * @param {Element} outer
   */
  status(statement, outer) {
    const said = this.words.code(first(relatedBy(statement, STATUS), 'value'));
    if (said?.display && this.kind !== 'immunisation') return said.display.toLowerCase();
    const status = attribute(first(outer, 'statusCode'), 'code');
    // The time of an allergy or problem has an end only when it is over.
    const over = ['allergy', 'problem'].includes(this.kind) && first(statement, 'effectiveTime/high') && timesOf(statement).end;
    return over ? 'resolved' : status;
  }

  /** @param {Element} statement @returns {string | undefined} */
  who(statement) {
    const entity = first(statement, 'performer/assignedEntity');
    return namesAt(entity, 'assignedPerson/name')[0] ?? namesAt(entity, 'representedOrganization/name')[0];
  }

  /** @param {Element} statement @returns {Partial<Fact>} */
  reactions(statement) {
    const own = this.severity(statement);
    const reactions = all(statement, 'entryRelationship').filter((each) => attribute(each, 'typeCode') === 'MFST').flatMap(statementsOf)
      .map((each) => ({ name: this.reaction(each), severity: this.severity(each) }));
    const criticality = this.words.code(first(relatedBy(statement, CRITICALITY), 'value'));
    const severities = [own, ...reactions.map(({ severity }) => severity)];
    return {
      severity: own?.display ?? severities.find(Boolean)?.display,
      severe: severities.some(isSevere) || /CRITH/.test(criticality?.value ?? ''),
      reactions: reactions.filter(({ name }) => name).map(({ name, severity }) => ({ name, severity: severity?.display })),
    };
  }

  /** @param {Element} observation @returns {string} */
  reaction(observation) {
    return this.words.code(first(observation, 'value'))?.display || this.words.read(first(observation, 'text'));
  }

  /** @param {Element} statement @returns {Code | undefined} */
  severity(statement) {
    const found = relatedBy(statement, SEVERITY);
    return found && this.words.code(first(found, 'value'));
  }

  /** @param {Element} statement @returns {import('./facts.js').Dose} */
  dose(statement) {
    const quantity = first(statement, 'doseQuantity');
    const low = first(statement, 'doseQuantity/low');
    const period = every(statement, 'effectiveTime/period')[0];
    const form = this.words.code(first(statement, 'administrationUnitCode'))?.display;
    return {
      text: this.instructions(statement), amount: attribute(quantity, 'value') ?? attribute(low, 'value'),
      unit: unitOf(quantity) ?? unitOf(low) ?? form,
      every: period && { times: '1', period: attribute(period, 'value'), unit: attribute(period, 'unit') },
      route: this.words.code(first(statement, 'routeCode'))?.display, asNeeded: Boolean(first(statement, 'precondition')),
    };
  }

  /** @param {Element} statement @returns {string | undefined} free text of the signature */
  instructions(statement) {
    const free = related(statement).find((each) => attribute(first(each, 'code'), 'code') === INSTRUCTIONS);
    const text = free && this.words.read(first(free, 'text'));
    const own = this.words.read(first(statement, 'text'));
    // A text that repeats a whole row of the narrative says nothing new.
    return text || (own.length <= 120 && !first(statement, 'doseQuantity') ? own : '') || undefined;
  }

  /** @param {Element} statement @returns {string | undefined} why it is given */
  reason(statement) {
    const found = all(statement, 'entryRelationship').filter((each) => attribute(each, 'typeCode') === 'RSON').flatMap(statementsOf)[0];
    return found && this.words.code(first(found, 'value'))?.display;
  }

  /** @param {Element} observation @returns {Partial<Fact>} */
  measured(observation) {
    const value = this.words.value(first(observation, 'value'));
    const range = this.range(first(observation, 'referenceRange/observationRange'));
    const codes = all(observation, 'interpretationCode').map((each) => flagOf(attribute(each, 'code')));
    return { value, range, flag: codes.find(Boolean) ?? compare(value, range) };
  }

  /** @param {Element | undefined} range @returns {import('./facts.js').Range | undefined} */
  range(range) {
    const value = first(range, 'value');
    const [low, high] = [first(value, 'low'), first(value, 'high')];
    const found = {
      low: attribute(low, 'value'), high: attribute(high, 'value'), unit: unitOf(low) ?? unitOf(high),
      text: textOf(first(range, 'text')) || textOf(value) || undefined,
    };
    return found.low || found.high || found.text ? found : undefined;
  }
}

/** @param {Element} section @returns {Element[]} */
export function subsections(section) {
  return every(section, 'component/section');
}

/** @param {Element} section @param {Source} source @returns {Fact[]} */
function sectionFacts(section, source) {
  const kind = sectionKind(sectionRule(/** @type {any} */ (section)));
  return [...new SectionFacts(section, kind, source).facts(), ...subsections(section).flatMap((each) => sectionFacts(each, source))];
}

/** @param {Source} source of native XML @returns {Fact[]} */
export function ccdaFacts(source) {
  const { element, role } = source;
  if (!element || role !== 'record') return [];
  if (element.local === 'section') return sectionFacts(element, source);
  if (element.local === 'recordTarget') {
    const date = isoDate(attribute(first(element, 'patientRole/patient/birthTime'), 'value'));
    return [fact({ kind: 'patient', date, source: source.id })];
  }
  if (element.local === 'participant') {
    const name = namesAt(element, 'associatedEntity/scopingOrganization/name')[0] ?? namesAt(element, 'associatedEntity/associatedPerson/name')[0];
    return [fact({ kind: 'coverage', name, source: source.id })];
  }
  if (element.local !== 'nonXMLBody') return [];
  return [fact({ kind: 'document', name: attribute(elements(element)[0], 'mediaType'), source: source.id })];
}
