/**
 * What was typed as FHIR R4 resources: each entry becomes one, and nothing is added that nobody said.
 *
 * There is no Patient: the record is its owner's, and her name has no place in what she shares.
 * Displays are those of the code systems; everything else is in her own words.
 * @module
 */
import { JsonNumber } from "../../importer/json.js";
import { BLOOD_PRESSURE, MEASURES, unitOf } from "./measures.js";
import { clean, decimal, isBefore, readDate, rowsOf, today, words } from "./typed.js";

/** @typedef {import("./typed.js").Typed} Typed */
/** @typedef {import("./typed.js").Row} Row */
/** @typedef {{resourceType: string, id?: string, [member: string]: any}} Resource */
/** What all entries share. @typedef {{typed: Typed, date?: string, visit?: {reference: string}, now: Date}} Context */

/** Whoever it is about, and whose word it is. */
const SELF = Object.freeze({ type: "Patient" });
const HL7 = "http://terminology.hl7.org/CodeSystem/";
const SNOMED = "http://snomed.info/sct";
const UCUM = "http://unitsofmeasure.org";
const LOINC = "http://loinc.org";
const ABSENT = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips";
const UNKNOWN = Object.freeze({ extension: [{ url: "http://hl7.org/fhir/StructureDefinition/data-absent-reason", valueCode: "unknown" }] });

/** The class of a visit, which FHIR wants, and its type in words that people know. @type {Record<string, [code: string, display: string][]>} */
const VISITS = {
  practice: [["AMB", "ambulatory"], ["11429006", "Consultation"]],
  hospital: [["IMP", "inpatient encounter"], ["32485007", "Hospital admission"]],
  emergency: [["EMER", "emergency"], ["4525004", "Emergency department patient visit"]],
  home: [["HH", "home health"], ["439708006", "Home visit"]],
  remote: [["VR", "virtual"], ["448337001", "Telemedicine consultation with patient"]],
};
/** @type {Record<string, [code: string, display: string]>} */
const SEVERITIES = { mild: ["255604002", "Mild"], moderate: ["6736007", "Moderate"], severe: ["24484000", "Severe"] };
/** @type {Record<string, [code: string, display: string]>} */
const TREATMENTS = {
  surgery: ["387713003", "Surgical procedure"], therapy: ["277132007", "Therapeutic procedure"],
  examination: ["103693007", "Diagnostic procedure"], advice: ["409063005", "Counselling"],
};

/** @param {string} system @param {string} code @param {string} display */
const concept = (system, code, display) => ({ coding: [{ system, code, display }] });

/** @param {Record<string, [string, string]>} table @param {string} key @param {string} system */
const listed = (table, key, system) => (Object.hasOwn(table, key) ? concept(system, ...table[key]) : undefined);

/** @param {Context} context @returns {Resource[]} */
function visit({ typed: { fields }, date }) {
  const [place, doctor] = [words(fields, "place"), words(fields, "doctor")];
  if (!place && !doctor) return [];
  const kind = fields["visit-kind"] ?? "";
  const [[code, display], type] = Object.hasOwn(VISITS, kind) ? VISITS[kind] : VISITS.practice;
  return [{
    resourceType: "Encounter", status: "finished", class: { system: `${HL7}v3-ActCode`, code, display }, type: [concept(SNOMED, ...type)], subject: SELF,
    participant: doctor ? [{ individual: { display: doctor } }] : undefined, period: date ? { start: date } : undefined,
    serviceProvider: place ? { display: place } : undefined,
  }];
}

/** @param {Context} context @returns {Resource[]} */
function problems({ typed, date, visit: encounter }) {
  return rowsOf(typed, "problems").map(({ row }) => ({
    resourceType: "Condition", clinicalStatus: concept(`${HL7}condition-clinical`, row.over ? "resolved" : "active", row.over ? "Resolved" : "Active"),
    severity: listed(SEVERITIES, row.severity, SNOMED), code: { text: words(row, "name") }, subject: SELF, encounter,
    onsetDateTime: readDate(row, "since").text || undefined, recordedDate: date, asserter: SELF,
  }));
}

/** @param {Context} context @param {string} category @param {import("./measures.js").Coding} coding @returns {Resource} */
function observation({ date, visit: encounter }, category, { code, display, text }) {
  return {
    resourceType: "Observation", status: "final", category: [{ coding: [{ system: `${HL7}observation-category`, code: category }] }],
    code: { ...concept(LOINC, code, display), text }, subject: SELF, encounter, effectiveDateTime: date, performer: [SELF],
  };
}

/** @param {string} value @param {{ucum: string, shown: string}} unit */
const quantity = (value, { ucum, shown }) => ({ value: new JsonNumber(value), unit: shown, system: UCUM, code: ucum });

/** @param {Context} context @returns {Resource[]} */
function measured(context) {
  const { fields } = context.typed;
  const value = (/** @type {string} */ name) => decimal(words(fields, name));
  const pair = BLOOD_PRESSURE.parts.flatMap(({ name, coding, unit }) => {
    const found = value(name);
    return found === null ? [] : [{ code: concept(LOINC, coding.code, coding.display), valueQuantity: quantity(found, unit) }];
  });
  const pressure = pair.length ? [{ ...observation(context, "vital-signs", BLOOD_PRESSURE.coding), component: pair }] : [];
  return [...pressure, ...MEASURES.flatMap((measure) => {
    const [found, unit] = [value(measure.name), unitOf(measure, fields)];
    return found === null ? [] : [{ ...observation(context, measure.category, unit.coding ?? measure.coding), valueQuantity: quantity(found, unit) }];
  })];
}

/** @param {Context} context @returns {Resource[]} */
function treatments({ typed, date, visit: encounter }) {
  return rowsOf(typed, "treatments").map(({ row }) => ({
    resourceType: "Procedure", status: "completed", category: listed(TREATMENTS, row.kind, SNOMED), code: { text: words(row, "name") },
    subject: SELF, encounter, performedDateTime: readDate(row, "date").text || date, asserter: SELF,
    outcome: words(row, "outcome") ? { text: words(row, "outcome") } : undefined,
  }));
}

/** @param {Row} row @param {Date} now */
function medicine(row, now) {
  const [start, end] = ["since", "until"].map((name) => readDate(row, name).text || undefined);
  const dosage = [words(row, "dose"), words(row, "often")].filter(Boolean).join(", ");
  return {
    resourceType: "MedicationStatement", status: end && isBefore(end, today(now)) ? "completed" : "active",
    medicationCodeableConcept: { text: words(row, "name") }, subject: SELF, effectivePeriod: start || end ? { start, end } : undefined,
    informationSource: SELF, dosage: dosage ? [{ text: dosage }] : undefined,
  };
}

/** @param {Context} context @returns {Resource[]} */
function medicines({ typed, date, now }) {
  const none = {
    resourceType: "MedicationStatement", status: "unknown", subject: SELF, effectiveDateTime: date, informationSource: SELF,
    medicationCodeableConcept: concept(ABSENT, "no-known-medications", "No known medications"),
  };
  return [...(typed.fields["no-medicines"] ? [none] : []), ...rowsOf(typed, "medicines").map(({ row }) => medicine(row, now))];
}

/** How bad it was belongs to a reaction, which FHIR wants to be named even where nobody did. @param {Row} row */
function allergy(row) {
  const reaction = words(row, "reaction");
  const severity = Object.hasOwn(SEVERITIES, row.severity ?? "") ? row.severity : undefined;
  return {
    resourceType: "AllergyIntolerance", clinicalStatus: concept(`${HL7}allergyintolerance-clinical`, "active", "Active"),
    criticality: severity === "severe" ? "high" : undefined, code: { text: words(row, "name") }, patient: SELF, asserter: SELF,
    reaction: reaction || severity ? [{ manifestation: [reaction ? { text: reaction } : UNKNOWN], severity }] : undefined,
  };
}

/** @param {Context} context @returns {Resource[]} */
function allergies({ typed, date }) {
  const none = {
    resourceType: "AllergyIntolerance", clinicalStatus: concept(`${HL7}allergyintolerance-clinical`, "active", "Active"),
    code: concept(ABSENT, "no-known-allergies", "No known allergies"), patient: SELF, recordedDate: date, asserter: SELF,
  };
  return [...(typed.fields["no-allergies"] ? [none] : []), ...rowsOf(typed, "allergies").map(({ row }) => allergy(row))];
}

/** @param {Context} context @returns {Resource[]} */
function cover({ typed: { fields } }) {
  const insurer = words(fields, "insurer");
  const end = readDate(fields, "insured").text;
  return insurer ? [{
    resourceType: "Coverage", status: "active", subscriberId: words(fields, "policy") || undefined, beneficiary: SELF,
    period: end ? { end } : undefined, payor: [{ display: insurer }],
  }] : [];
}

/** @param {Context} context @returns {Resource[]} */
function notes({ typed: { fields }, date }) {
  const text = clean(fields.notes ?? "").replace(/\r\n?/g, "\n").trim();
  return text ? [{
    resourceType: "Communication", status: "completed", category: [concept(LOINC, "51855-5", "Patient Note")], subject: SELF,
    sent: date, sender: SELF, payload: [{ contentString: text }],
  }] : [];
}

/**
 * @param {Typed} typed without errors @param {string} entry its id; resources are numbered under it @param {Date} now
 * @returns {Resource[]} in the order of the form
 */
export function resourcesOf(typed, entry, now) {
  const date = readDate(typed.fields, "date").text || undefined;
  const first = visit({ typed, date, now });
  const context = { typed, date, now, visit: first.length ? { reference: `Encounter/${entry}-1` } : undefined };
  const all = [...first, ...[problems, measured, treatments, medicines, allergies, cover, notes].flatMap((make) => make(context))];
  return all.map(({ resourceType, ...members }, index) => ({ resourceType, id: `${entry}-${index + 1}`, ...members }));
}
