/**
 * What Apple Health calls things, in codes and units that clinicians use.
 *
 * Types that are not listed keep Apple's own name as their code.
 */

const LOINC = 'http://loinc.org';
const HEALTHKIT = 'http://developer.apple.com/documentation/healthkit';

/** @typedef {import('./partition.js').Code} Code */
/** @typedef {{kind: string, code: Code, sum: boolean}} Meaning sum: samples of a day add up */

/** @type {Record<string, [kind: string, loinc: string, display: string]>} */
const CODES = {
  HeartRate: ['vital', '8867-4', 'Heart rate'],
  RestingHeartRate: ['vital', '40443-4', 'Heart rate --resting'],
  RespiratoryRate: ['vital', '9279-1', 'Respiratory rate'],
  OxygenSaturation: ['vital', '59408-5', 'Oxygen saturation in Arterial blood by Pulse oximetry'],
  BodyTemperature: ['vital', '8310-5', 'Body temperature'],
  BloodPressureSystolic: ['vital', '8480-6', 'Systolic blood pressure'],
  BloodPressureDiastolic: ['vital', '8462-4', 'Diastolic blood pressure'],
  BodyMass: ['vital', '29463-7', 'Body weight'],
  Height: ['vital', '8302-2', 'Body height'],
  BodyMassIndex: ['vital', '39156-5', 'Body mass index (BMI) [Ratio]'],
  BodyFatPercentage: ['vital', '41982-0', 'Percentage of body fat Measured'],
  WaistCircumference: ['vital', '56086-2', 'Adult Waist Circumference Protocol'],
  BloodGlucose: ['result', '2339-0', 'Glucose [Mass/volume] in Blood'],
  ForcedVitalCapacity: ['result', '19868-9', 'Forced vital capacity [Volume] Respiratory system by Spirometry'],
  ForcedExpiratoryVolume1: ['result', '20150-9', 'FEV1'],
  PeakExpiratoryFlowRate: ['result', '33452-4', 'Maximum expiratory gas flow Respiratory system airway'],
  StepCount: ['other', '55423-8', 'Number of steps in unspecified time Pedometer'],
  ActiveEnergyBurned: ['other', '41981-2', 'Calories burned'],
};

// Apple's cumulative types: their samples are parts of one sum.
const CUMULATIVE = /^(?:StepCount|Distance\w+|\w+EnergyBurned|FlightsClimbed|AppleExerciseTime|AppleMoveTime|AppleStandTime|Dietary\w+|PushCount|SwimmingStrokeCount|NumberOfTimesFallen|InhalerUsage|InsulinDelivery|TimeInDaylight)$/;

/** Glucose is read in moles or in mass: its code says which. */
const MOLAR_GLUCOSE = ['15074-8', 'Glucose [Moles/volume] in Blood'];

/** @type {Record<string, string>} */
const UNITS = { 'count/min': '/min', count: '', degF: '°F', degC: '°C', mmHg: 'mmHg', lb: 'lb', 'count/s': '/s' };

/** @param {string} type an identifier of HealthKit @returns {string} its own part */
export function shortType(type) {
  return type.replace(/^HK[A-Za-z]*?(?:TypeIdentifier|ActivityType)/, '');
}

/** @param {string} name run together, as `HeartRate` */
export function spaced(name) {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1 $2');
}

/** @param {string} type @param {string} [unit] @returns {Meaning} */
export function meaningOf(type, unit) {
  const name = shortType(type);
  const sum = CUMULATIVE.test(name);
  if (!type.startsWith('HKQuantityType') || !Object.hasOwn(CODES, name)) {
    return { kind: 'other', sum, code: { system: HEALTHKIT, value: type, display: spaced(name) } };
  }
  const [kind, ...known] = CODES[name];
  const [value, display] = name === 'BloodGlucose' && /mol/.test(unit ?? '') ? MOLAR_GLUCOSE : known;
  return { kind, sum, code: { system: LOINC, value, display } };
}

/** @param {string} [unit] as Apple writes it @param {string} [type] */
export function unitOf(unit, type) {
  if (unit === 'count' && type?.endsWith('BodyMassIndex')) return 'kg/m2';
  // The amount of substance of glucose stands in the unit itself: mmol<180.15...>/L.
  const plain = unit?.replace(/<[^>]*>/g, '');
  return plain !== undefined && Object.hasOwn(UNITS, plain) ? UNITS[plain] : plain;
}

/**
 * Apple writes 97 % as 0.97 with the unit "%": the point moves, and no digit changes.
 *
 * @param {string} value @param {string} [unit]
 */
export function valueOf(value, unit) {
  const found = unit === '%' ? /^(\d+)(?:\.(\d+))?$/.exec(value) : null;
  if (!found) return value;
  const [, whole, part = ''] = found;
  const [front, rest] = [whole + part.padEnd(2, '0').slice(0, 2), part.slice(2)];
  return `${front.replace(/^0+(?=\d)/, '')}${rest ? `.${rest}` : ''}`;
}

/** @param {string} [date] as `2018-09-10 02:28:55 -0700` @returns {string | undefined} ISO 8601 */
export function isoDate(date) {
  const [, day, time, hours, minutes] = /^(\d{4}-\d{2}-\d{2})(?: (\d{2}:\d{2}:\d{2}) ([+-]\d{2})(\d{2}))?$/.exec(date ?? '') ?? [];
  return time ? `${day}T${time}${hours}:${minutes}` : day;
}
