/**
 * What resources without a code are called: for each type the members that say it, the best first.
 *
 * The importer's items and the reader's facts both ask here, so that they agree.
 */

import { isObject, textual } from './fhir_unwrap.js';

const MAX_TEXT = 200;
const COMMON = ['title', 'description', 'name'];

/** Paths lead through the first of each list. @type {Record<string, string[]>} */
const MEMBERS = {
  Appointment: ['serviceType', 'appointmentType', 'reasonCode', 'description'], BodyStructure: ['morphology', 'location', 'description'],
  CarePlan: ['title', 'category', 'description', 'activity.detail.code'], Communication: ['topic', 'category', 'reasonCode'],
  CommunicationRequest: ['category', 'reasonCode'], DeviceRequest: ['codeCodeableConcept', 'codeReference'], DeviceUseStatement: ['device'],
  FamilyMemberHistory: ['relationship'], Goal: ['description'], GuidanceResponse: ['reasonCode'], ImagingStudy: ['procedureCode', 'description', 'modality'],
  ImmunizationEvaluation: ['targetDisease'], ImmunizationRecommendation: ['recommendation.vaccineCode', 'recommendation.targetDisease'],
  Media: ['content.title', 'modality', 'view'], MolecularSequence: ['type'], NutritionOrder: ['oralDiet.type', 'supplement.type', 'enteralFormula.baseFormulaType'],
  RelatedPerson: ['relationship'], RequestGroup: ['reasonCode', 'action.title'], RiskAssessment: ['code', 'method', 'prediction.outcome'],
  SupplyDelivery: ['suppliedItem.itemCodeableConcept'], SupplyRequest: ['itemCodeableConcept'],
};

/** @param {any} value @param {string} path @returns {any} */
function at(value, path) {
  return path.split('.').reduce((found, name) => (isObject(found) ? [found[name]].flat()[0] : undefined), value);
}

/** @param {any} found @returns {any} as a CodeableConcept */
function asConcept(found) {
  const text = textual(found) ?? (isObject(found) ? textual(found.display) : undefined);
  if (isObject(found) && (found.coding !== undefined || typeof found.text === 'string')) return found;
  if (isObject(found) && typeof found.code === 'string') return { coding: [found] };
  return text?.trim() ? { text: text.slice(0, MAX_TEXT) } : undefined;
}

/**
 * @param {any} value a resource that has neither `code` nor `type`
 * @returns {any} a CodeableConcept, of the source or made of its words; or undefined
 */
export function conceptOf(value) {
  const paths = Object.hasOwn(MEMBERS, value.resourceType) ? [...MEMBERS[value.resourceType], ...COMMON] : COMMON;
  return paths.map((path) => asConcept(at(value, path))).find(Boolean);
}
