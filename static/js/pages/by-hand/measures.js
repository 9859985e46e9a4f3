/**
 * What can be measured at home: its codes (LOINC), its units (UCUM), and what is usual enough not to be asked about.
 *
 * Each unit has its own range, and blood sugar its own code for each unit: nothing is ever converted.
 * @module
 */

/** @typedef {{code: string, display: string, text?: string}} Coding of LOINC; text where people say it shorter */
/** @typedef {{ucum: string, shown: string, least: number, most: number, coding?: Coding}} Unit */
/** @typedef {{name: string, category: "vital-signs" | "laboratory", coding: Coding, units: Record<string, Unit>}} Measure */

const PRESSURE = "mm[Hg]";

/** Blood pressure is one observation with two values. */
export const BLOOD_PRESSURE = Object.freeze({
  coding: { code: "85354-9", display: "Blood pressure panel", text: "Blood pressure" },
  parts: Object.freeze([
    { name: "systolic", coding: { code: "8480-6", display: "Systolic blood pressure" }, unit: { ucum: PRESSURE, shown: "mmHg", least: 60, most: 260 } },
    { name: "diastolic", coding: { code: "8462-4", display: "Diastolic blood pressure" }, unit: { ucum: PRESSURE, shown: "mmHg", least: 30, most: 150 } },
  ]),
});

/** @type {readonly Measure[]} */
export const MEASURES = [
  {
    name: "pulse", category: "vital-signs", coding: { code: "8867-4", display: "Heart rate" },
    units: { min: { ucum: "/min", shown: "/min", least: 30, most: 220 } },
  },
  {
    name: "temperature", category: "vital-signs", coding: { code: "8310-5", display: "Body temperature" },
    units: { c: { ucum: "Cel", shown: "°C", least: 33, most: 43 }, f: { ucum: "[degF]", shown: "°F", least: 91, most: 110 } },
  },
  {
    name: "weight", category: "vital-signs", coding: { code: "29463-7", display: "Body weight" },
    units: { kg: { ucum: "kg", shown: "kg", least: 1, most: 350 }, lb: { ucum: "[lb_av]", shown: "lb", least: 2, most: 770 } },
  },
  {
    name: "height", category: "vital-signs", coding: { code: "8302-2", display: "Body height" },
    units: { cm: { ucum: "cm", shown: "cm", least: 40, most: 250 }, in: { ucum: "[in_i]", shown: "in", least: 16, most: 98 } },
  },
  {
    name: "sugar", category: "laboratory", coding: { code: "15074-8", display: "Glucose [Moles/volume] in Blood", text: "Blood glucose" },
    units: {
      mmol: { ucum: "mmol/L", shown: "mmol/L", least: 1, most: 40 },
      mg: { ucum: "mg/dL", shown: "mg/dL", least: 20, most: 720, coding: { code: "2339-0", display: "Glucose [Mass/volume] in Blood", text: "Blood glucose" } },
    },
  },
];

/** @param {Measure} measure @param {Record<string, string>} fields @returns {Unit} the one that was chosen, or the only one */
export function unitOf({ name, units }, fields) {
  const chosen = fields[`${name}-unit`] ?? "";
  return Object.hasOwn(units, chosen) ? units[chosen] : Object.values(units)[0];
}
