/**
 * The facts of FHIR resources: items, with what a reader needs besides.
 */

import { kindOf } from '../importer/fhir_items.js';
import { conceptOf } from '../importer/fhir_names.js';
import { absence, compare, fact, flagOf, isSevere } from './facts.js';
import { called, concept, humanName, isObject, list, money, numeral, observed, quantity, text, timesIn } from './fhir_values.js';

/** @typedef {import('./facts.js').Fact} Fact */
/** @typedef {import('./facts.js').Dose} Dose */
/** @typedef {import('./partition.js').Source} Source */
/** @typedef {import('./partition.js').Model} Model */

const DATES = ['effectiveDateTime', 'effectivePeriod', 'effectiveInstant', 'onsetDateTime', 'onsetPeriod', 'occurrenceDateTime',
  'occurrencePeriod', 'performedDateTime', 'performedPeriod', 'authoredOn', 'whenHandedOver', 'servicedDate', 'servicedPeriod',
  'billablePeriod', 'period', 'dateAsserted', 'created', 'dateTime', 'date', 'recordedDate', 'issued', 'sent', 'birthDate'];

/** Finds what references name, and which panel lists a result, within one partition. */
class Lookup {
  /** @param {Model} model */
  constructor(model) {
    /** @type {Map<string, any>} */
    this.byName = new Map();
    /** @type {Map<any, string>} */
    this.panels = new Map();
    const resources = model.sources.flatMap(({ resource }) => (resource?.value ? [resource] : []));
    for (const { type, id, fullUrl, value } of resources) {
      if (id) this.byName.set(`${type}/${id}`, value);
      if (fullUrl) this.byName.set(fullUrl, value);
    }
    for (const { value } of resources.filter(({ type }) => type === 'DiagnosticReport')) this.panel(value);
  }

  /** @param {any} report */
  panel(report) {
    const name = called(report.code);
    for (const reference of list(report.result)) {
      const found = this.follow(reference, report);
      if (found && name) this.panels.set(found, name);
    }
  }

  /** @param {any} reference @param {any} from the resource that makes it @returns {any} the resource, or undefined */
  follow(reference, from) {
    const target = text(reference?.reference);
    if (!target) return undefined;
    if (target.startsWith('#')) return list(from.contained).find(({ id }) => id === target.slice(1));
    return this.byName.get(target) ?? this.byName.get(target.split('/').slice(-2).join('/'));
  }

  /** @param {any} reference @param {any} from @returns {string | undefined} what the resource calls itself */
  named(reference, from) {
    const [one] = list(reference);
    const display = text(one?.display);
    const found = display ? undefined : this.follow(one, from);
    if (!found) return display;
    return text(found.name) ?? humanName(list(found.name)[0]) ?? called(found.code)
      ?? (found.practitioner ? this.named(found.practitioner, found) : undefined);
  }
}

/** @param {any} value @param {Lookup} lookup @returns {import('./facts.js').Code | undefined} */
function codeOf(value, lookup) {
  const named = concept(value.code) ?? concept(value.medicationCodeableConcept) ?? concept(value.vaccineCode) ?? concept(value.type);
  if (named) return named;
  if (isObject(value.class) && value.resourceType === 'Encounter') return concept({ coding: [value.class] });
  if (isObject(value.medicationReference)) {
    return concept(lookup.follow(value.medicationReference, value)?.code) ?? concept({ text: text(value.medicationReference.display) });
  }
  return concept(conceptOf(value)) ?? concept(value.category);
}

/** @param {any} dosage of FHIR @returns {Dose} */
function dose(dosage) {
  const amount = list(dosage.doseAndRate)[0];
  const given = quantity(amount?.doseQuantity) ?? quantity(amount?.doseRange?.low);
  const repeat = dosage.timing?.repeat;
  const times = numeral(repeat?.frequency) ?? numeral(repeat?.count);
  return {
    text: text(dosage.text) ?? text(dosage.patientInstruction), amount: given?.value, unit: given?.unit,
    every: text(repeat?.periodUnit) ? { times: times ?? '1', period: numeral(repeat.period) ?? '1', unit: text(repeat.periodUnit) } : undefined,
    route: called(dosage.route), asNeeded: dosage.asNeededBoolean === true || isObject(dosage.asNeededCodeableConcept),
  };
}

/**
 * @param {any} value
 * @returns {import('./facts.js').Range | undefined} the first range that is for everybody, or the first
 */
function rangeOf(value) {
  const ranges = list(value.referenceRange);
  const one = ranges.find((each) => !each.type || JSON.stringify(each.type).includes('"normal"')) ?? ranges[0];
  if (!one) return undefined;
  const [low, high] = [quantity(one.low), quantity(one.high)];
  const found = { low: low?.value, high: high?.value, unit: low?.unit ?? high?.unit, text: text(one.text) };
  return found.low || found.high || found.text ? found : undefined;
}

/** @param {any} value an Observation or a component of one @returns {Pick<Fact, "value" | "range" | "flag">} */
function measured(value) {
  const [found, range] = [observed(value), rangeOf(value)];
  const flags = list(value.interpretation).map((each) => flagOf(concept(each)?.value));
  return { value: found, range, flag: flags.find(Boolean) ?? compare(found, range) };
}

/** @type {Record<string, (value: any, lookup: Lookup) => Partial<Fact>>} */
const DETAILS = {
  AllergyIntolerance: (value) => {
    const reactions = list(value.reaction).map((each) => ({
      name: list(each.manifestation).map(called).filter(Boolean).join(', ') || text(each.description) || '', severity: text(each.severity),
    }));
    const severe = value.criticality === 'high' || reactions.some(({ severity }) => isSevere({ value: severity }));
    return { reactions: reactions.filter(({ name }) => name), severe, severity: reactions.map(({ severity }) => severity).find(Boolean) };
  },
  Condition: (value) => ({ end: text(value.abatementDateTime) ?? text(value.abatementPeriod?.end), severity: called(value.severity) }),
  Observation: (value, lookup) => ({
    ...measured(value), panel: lookup.panels.get(value),
    components: list(value.component).map((each) => ({ name: called(each.code) ?? '', code: concept(each.code), ...measured(each) })),
  }),
  Immunization: (value) => ({ negated: value.status === 'not-done', note: text(value.lotNumber) }),
  Procedure: (value) => ({ negated: value.status === 'not-done', note: called(value.outcome) }),
  Encounter: (value, lookup) => ({ note: lookup.named(value.serviceProvider, value) }),
  Communication: (value) => ({ note: text(list(value.payload)[0]?.contentString) }),
  Coverage: (value, lookup) => ({
    name: lookup.named(value.payor, value) ?? called(value.type), note: text(value.subscriberId), who: lookup.named(value.subscriber, value),
  }),
  Claim: (value) => ({ amount: money(value.total) }),
  ExplanationOfBenefit: (value) => ({ amount: money(list(value.total)[0]?.amount), end: undefined }),
  DocumentReference: (value) => ({ name: text(value.description) ?? called(value.type) }),
  Composition: (value) => ({ name: text(value.title) ?? called(value.type) }),
};

/** @param {any} value @param {Lookup} lookup @returns {string | undefined} who did it, or whose word it is */
function whoOf(value, lookup) {
  const performer = list(value.performer)[0] ?? list(value.participant)[0] ?? {};
  const reference = performer.actor ?? performer.individual ?? (performer.reference || performer.display ? performer : undefined)
    ?? value.requester ?? value.provider ?? value.recorder ?? list(value.author)[0];
  return lookup.named(reference, value);
}

/** @param {any} value @returns {Dose | undefined} */
function doseOf(value) {
  const [dosage] = list(value.dosageInstruction ?? value.dosage);
  return dosage ? dose(dosage) : undefined;
}

/** @param {any} value a resource @param {Source} source @param {Lookup} lookup @returns {Fact} */
function resourceFact(value, source, lookup) {
  const kind = kindOf(value);
  const code = value.resourceType === 'Patient' ? undefined : codeOf(value, lookup);
  return fact({
    kind, code, name: code?.display ?? code?.value, status: concept(value.clinicalStatus)?.value ?? text(value.status),
    verification: concept(value.verificationStatus)?.value, negated: concept(value.verificationStatus)?.value === 'refuted',
    ...timesIn(value, DATES), section: text(value.resourceType), source: source.id, copy: source.copy, who: whoOf(value, lookup),
    absent: ['allergy', 'problem', 'medication'].includes(kind) ? absence(code, false) : undefined,
    dose: kind === 'medication' ? doseOf(value) : undefined, ...DETAILS[value.resourceType]?.(value, lookup),
  });
}

/** @param {Model} model @returns {(source: Source) => Fact[]} reads the sources of one partition */
export function fhirReader(model) {
  const lookup = new Lookup(model);
  return (source) => {
    const value = source.resource?.value;
    return value && source.role === 'record' ? [resourceFact(value, source, lookup)] : [];
  };
}
