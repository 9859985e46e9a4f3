/**
 * Which partition a FHIR resource belongs to, and which FHIR this is.
 *
 * The table is maps/fhir_r4_partition.json; its notes for Consent, Contract and
 * DocumentReference are the three functions here. Nothing here reads free text.
 */

import table from './maps/fhir_r4_partition.json' with { type: 'json' };
import { isObject } from './fhir_unwrap.js';
import { refuse } from './refused.js';

/** @typedef {import('./partition.js').PartitionName} PartitionName */
/** @typedef {{partition: PartitionName, copies: PartitionName[]}} Placed */
/** @typedef {{leftOut: string}} LeftOut why, by code */
/** @typedef {Placed | LeftOut | 'follows'} Decision */

/** @type {Record<string, {partition: string, copy?: string[]}>} */
const RULES = table;

/** Types that R4 does not have and that tell which version wrote them. */
const OTHER_VERSIONS = new Map([
  ...list('dstu2', 'Conformance DataElement DiagnosticOrder ImagingObjectSelection MedicationOrder Order OrderResponse'),
  ...list('dstu2-stu3', 'BodySite DeviceComponent DeviceUseRequest EligibilityRequest EligibilityResponse ExpansionProfile ImagingManifest ProcedureRequest ProcessRequest ProcessResponse ReferralRequest Sequence ServiceDefinition'),
  ...list('r5', 'ActorDefinition AdministrableProductDefinition ArtifactAssessment BiologicallyDerivedProductDispense Citation ClinicalUseDefinition ConditionDefinition DeviceAlert DeviceAssociation DeviceDispense DeviceUsage EncounterHistory EvidenceReport FormularyItem GenomicStudy ImagingSelection Ingredient InventoryItem InventoryReport ManufacturedItemDefinition MedicinalProductDefinition MolecularDefinition NutritionIntake NutritionProduct PackagedProductDefinition Permission PersonalRelationship RegulatedAuthorization Requirements SubscriptionStatus SubscriptionTopic SubstanceDefinition TestPlan Transport'),
]);

/** Members that have another form, or do not exist, in R4. @type {[string, string, string, (value: any) => boolean][]} */
const SIGNS = [
  ['Condition', 'clinicalStatus', 'dstu2-stu3', (value) => typeof value === 'string'],
  ['AllergyIntolerance', 'clinicalStatus', 'stu3', (value) => typeof value === 'string'],
  ['AllergyIntolerance', 'substance', 'dstu2', isObject],
  ['Patient', 'careProvider', 'dstu2', isGiven],
  ['Patient', 'animal', 'dstu2-stu3', isObject],
  ['MedicationStatement', 'taken', 'stu3', (value) => typeof value === 'string'],
  ['MedicationStatement', 'wasNotTaken', 'dstu2', isGiven],
  ['Immunization', 'notGiven', 'stu3', isGiven],
  ['Immunization', 'wasNotGiven', 'dstu2', isGiven],
  ['Procedure', 'notDone', 'stu3', isGiven],
  ['Observation', 'related', 'dstu2-stu3', isGiven],
  ['DocumentReference', 'indexed', 'dstu2-stu3', (value) => typeof value === 'string'],
  ['Encounter', 'class', 'dstu2', (value) => typeof value === 'string'],
  ['Encounter', 'class', 'r5', (value) => Array.isArray(value) || (isObject(value) && 'coding' in value)],
  ['MedicationRequest', 'medication', 'r5', isObject],
  ['MedicationStatement', 'medication', 'r5', isObject],
];

/** R4 has no such member: whatever it holds, and XML does not say of what type. @param {any} value */
function isGiven(value) {
  return value !== undefined && value !== null;
}

/** @param {string} version @param {string} types @returns {[string, string][]} */
function list(version, types) {
  return types.split(' ').map((type) => [type, version]);
}

/** @param {string} version by code, as words.js lists them */
function otherVersion(version) {
  return refuse('fhir-version', 'fhir-version', { version });
}

/**
 * Refuses a resource that another version of FHIR wrote.
 *
 * @param {any} value
 */
export function checkVersion(value) {
  const version = OTHER_VERSIONS.get(value.resourceType);
  if (version) throw otherVersion(version);
  for (const [type, member, from, is] of SIGNS) {
    if (value.resourceType === type && is(value[member])) throw otherVersion(from);
  }
}

/** @param {string} type @returns {boolean} whether resources of this type accompany what refers to them */
export function isSupporting(type) {
  return Object.hasOwn(RULES, type) && RULES[type].partition === 'follows';
}

/** @param {any} concepts a CodeableConcept or a list of them @returns {string[]} codes as `system|code` */
export function codesOf(concepts) {
  return [concepts].flat().flatMap((each) => (isObject(each) ? each.coding : []))
    .filter(isObject).map(({ system, code }) => `${system ?? ''}|${code ?? ''}`);
}

const LOINC = 'http://loinc.org';
const CONSENT_SCOPE = 'http://terminology.hl7.org/CodeSystem/consentscope';
const CONSENT_CATEGORY = 'http://terminology.hl7.org/CodeSystem/consentcategorycodes';
const ADVANCE_DIRECTIVES = [`${LOINC}|42348-3`, `${CONSENT_SCOPE}|adr`,
  ...['acd', 'dnr', 'emrgonly', 'hcd'].map((code) => `${CONSENT_CATEGORY}|${code}`)];

/** @param {any} consent @param {boolean} directive a Composition lists it among advance directives @returns {PartitionName} */
function consentPartition(consent, directive) {
  const codes = [...codesOf(consent.scope), ...codesOf(consent.category)];
  return directive || codes.some((code) => ADVANCE_DIRECTIVES.includes(code)) ? 'medical' : 'personal';
}

/** @param {any} document @returns {PartitionName} */
function documentPartition(document) {
  const codes = [...codesOf(document.type), ...codesOf(document.category)];
  if (codes.includes(`${LOINC}|48768-6`) || codes.includes(`${LOINC}|64290-0`)) return 'insurance';
  return codes.includes(`${LOINC}|57833-6`) ? 'prescription' : 'medical';
}

/**
 * @param {any} value a resource
 * @param {{isPatient: (reference: any) => boolean, directives: Set<any>}} context
 * @returns {Decision}
 */
export function decide(value, context) {
  const type = value.resourceType;
  if (!Object.hasOwn(RULES, type)) return { leftOut: 'unknown-type' };
  const { partition, copy = [] } = RULES[type];
  if (partition === 'follows') return 'follows';
  if (partition === 'reject') return { leftOut: 'not-patient-data' };
  if (partition === 'system') return { leftOut: 'technical' };
  const copies = /** @type {PartitionName[]} */ (copy);
  if (type === 'Consent') return { partition: consentPartition(value, context.directives.has(value)), copies };
  if (type === 'DocumentReference') return { partition: documentPartition(value), copies };
  if (type === 'Contract' && ![value.subject].flat().some(context.isPatient)) return { leftOut: 'not-about-patient' };
  return { partition: /** @type {PartitionName} */ (partition), copies };
}
