/**
 * Who the person is: name, birth date, address and the like of the personal part.
 */

import { isoDate } from '../importer/ccda_items.js';
import { all, attribute, elements, every, first, textOf } from './tree.js';
import { addressLine, called, concept, humanName, list, text } from './fhir_values.js';

/** @typedef {import('./tree.js').Element} Element */
/** @typedef {import('./partition.js').Model} Model */
/** @typedef {'name' | 'birth-date' | 'sex' | 'died' | 'identifier' | 'address' | 'phone' | 'e-mail' | 'language' | 'marital-status' | 'race' |
 *   'ethnicity' | 'religion' | 'birth-place' | 'provider' | 'relation'} Field */
/** @typedef {{field: Field, value: string}} Detail a field may stand several times */
/** @typedef {{details: Detail[], contacts: Detail[][]}} Person */

/** @param {Field} field @param {(string | undefined)[]} values @returns {Detail[]} */
function details(field, values) {
  return [...new Set(values)].flatMap((value) => (value ? [{ field, value }] : []));
}

/** @param {Element} name @returns {string} in the order in which it is written */
function cdaName(name) {
  const parts = elements(name).map(textOf).filter(Boolean);
  return parts.length ? parts.join(' ') : textOf(name);
}

/** @param {Element} address @returns {string} on one line */
function cdaAddress(address) {
  return elements(address).filter(({ local }) => local !== 'useablePeriod').map(textOf).filter(Boolean).join(', ') || textOf(address);
}

/** @param {Element | undefined} holder @returns {Detail[]} */
function reached(holder) {
  const values = all(holder, 'telecom').map((each) => attribute(each, 'value') ?? '').filter(Boolean);
  const bare = values.map((value) => value.replace(/^(tel|mailto|fax):\s*/i, ''));
  return [
    ...details('address', all(holder, 'addr').map(cdaAddress)),
    ...details('phone', bare.filter((_, index) => !/^(mailto:|.*@)/i.test(values[index]))),
    ...details('e-mail', bare.filter((_, index) => /^(mailto:|.*@)/i.test(values[index]))),
  ];
}

/** @param {Element | undefined} element @returns {string | undefined} what a code is called */
function coded(element) {
  return attribute(element, 'displayName') ?? (textOf(element) || attribute(element, 'code'));
}

/** @param {Element} target recordTarget @returns {Person} */
function cdaPerson(target) {
  const role = first(target, 'patientRole');
  const patient = first(role, 'patient');
  return {
    details: [
      ...details('name', all(patient, 'name').map(cdaName)),
      ...details('birth-date', [isoDate(attribute(first(patient, 'birthTime'), 'value'))]),
      ...details('sex', [coded(first(patient, 'administrativeGenderCode'))]),
      ...details('died', elements(patient).filter(({ local }) => local === 'deceasedTime').map((each) => isoDate(attribute(each, 'value')))),
      ...details('identifier', all(role, 'id').map((each) => attribute(each, 'extension'))),
      ...reached(role),
      ...details('language', every(patient, 'languageCommunication/languageCode').map((each) => attribute(each, 'code'))),
      ...details('marital-status', [coded(first(patient, 'maritalStatusCode'))]),
      ...details('race', elements(patient).filter(({ local }) => local === 'raceCode').map(coded)),
      ...details('ethnicity', elements(patient).filter(({ local }) => local === 'ethnicGroupCode').map(coded)),
      ...details('religion', [coded(first(patient, 'religiousAffiliationCode'))]),
      ...details('birth-place', every(patient, 'birthplace/place/addr').map(cdaAddress)),
      ...details('provider', every(role, 'providerOrganization/name').map(textOf)),
    ],
    contacts: all(patient, 'guardian').map((each) => cdaContact(each, 'guardianPerson/name')),
  };
}

/** @param {Element} holder @param {string} path of its name @returns {Detail[]} */
function cdaContact(holder, path) {
  const names = [...every(holder, path).map(cdaName), ...every(holder, 'scopingOrganization/name').map(textOf)];
  return [...details('name', names), ...details('relation', [coded(first(holder, 'code'))]), ...reached(holder)];
}

/** @param {any} holder with telecom and address @returns {Detail[]} */
function fhirReached(holder) {
  const points = list(holder.telecom);
  /** @param {boolean} mail */
  const values = (mail) => points.filter(({ system }) => (system === 'email') === mail).map(({ value }) => text(value));
  return [
    ...details('address', list(holder.address).map(addressLine)),
    ...details('phone', values(false)), ...details('e-mail', values(true)),
  ];
}

/** @param {any} patient @param {string} ending of the extension's address @returns {string | undefined} */
function extension(patient, ending) {
  const found = list(patient.extension).find(({ url }) => text(url)?.endsWith(ending));
  const inner = list(found?.extension);
  return text(inner.find(({ url }) => url === 'text')?.valueString) ?? text(inner[0]?.valueCoding?.display);
}

/** @param {any} patient a FHIR Patient @returns {Person} */
function fhirPerson(patient) {
  const current = list(patient.name).filter(({ use }) => use !== 'old');
  return {
    details: [
      ...details('name', current.map(humanName)), ...details('birth-date', [text(patient.birthDate)]),
      ...details('sex', [text(patient.gender)]), ...details('died', [text(patient.deceasedDateTime)]),
      ...details('identifier', list(patient.identifier).map(({ value }) => text(value))), ...fhirReached(patient),
      ...details('language', list(patient.communication).map(({ language }) => called(language))),
      ...details('marital-status', [called(patient.maritalStatus)]),
      ...details('race', [extension(patient, '/us-core-race')]), ...details('ethnicity', [extension(patient, '/us-core-ethnicity')]),
      ...details('provider', [...list(patient.generalPractitioner), ...list(patient.managingOrganization)].map(({ display }) => text(display))),
    ],
    contacts: list(patient.contact).map((each) => [
      ...details('name', [humanName(each.name), text(each.organization?.display)]),
      ...details('relation', list(each.relationship).map((one) => concept(one)?.display)), ...fhirReached(each),
    ]),
  };
}

/** @param {Model} model of a personal part @returns {Person[]} one for each person that it is about, usually one */
export function people(model) {
  const records = model.sources.filter(({ role }) => role === 'record');
  const found = records.flatMap(({ element, resource }) => {
    if (element?.local === 'recordTarget') return [cdaPerson(element)];
    return resource?.type === 'Patient' && resource.value ? [fhirPerson(resource.value)] : [];
  });
  const others = model.sources.flatMap(({ element }) => (element?.local === 'participant' ? all(element, 'associatedEntity') : []));
  found[0]?.contacts.push(...others.map((each) => cdaContact(each, 'associatedPerson/name')).filter((each) => each.length));
  return found;
}
