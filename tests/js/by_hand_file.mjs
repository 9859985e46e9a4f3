/** Writes the file that the form makes of everything that can be typed into it: node tests/js/by_hand_file.mjs. */

import process from 'node:process';

import { bundleOf } from '../../static/js/pages/by-hand/bundle.js';
import { errorsIn } from '../../static/js/pages/by-hand/check.js';

const NOW = new Date('2026-11-29T12:00:00Z');
const date = (name, day, month, year) => ({ [`${name}-day`]: day, [`${name}-month`]: month, [`${name}-year`]: year });
const measures = (unit) => ({
  systolic: '142', diastolic: '91', pulse: '70', temperature: '36.60', 'temperature-unit': unit ? 'f' : 'c', weight: '70', 'weight-unit': unit ? 'lb' : 'kg',
  height: '170', 'height-unit': unit ? 'in' : 'cm', sugar: '5.60', 'sugar-unit': unit ? 'mg' : 'mmol',
});
const FULL = {
  fields: {
    ...date('date', '3', '8', '2026'), place: 'St Mary', 'visit-kind': 'hospital', doctor: 'Dr Osei', ...measures(0), insurer: 'Mutual', policy: 'P-1',
    ...date('insured', '31', '12', '2027'), notes: 'Feels\nwell', 'no-medicines': 'yes',
  },
  lists: {
    problems: ['', 'mild', 'moderate', 'severe'].map((severity) => ({ name: `Problem ${severity}`, severity, over: severity ? 'yes' : '', ...date('since', '', '', '2019') })),
    treatments: ['', 'surgery', 'therapy', 'examination', 'advice'].map((kind) => ({ name: `Treatment ${kind}`, kind, outcome: 'better' })),
    medicines: [{ name: 'Amoxicillin', dose: '1 g', often: 'daily', ...date('since', '', '2', '2024'), ...date('until', '9', '2', '2024') }],
    allergies: [{ name: 'Nuts', severity: 'severe' }, { name: 'Dust', reaction: 'Cough' }],
  },
};
const NONE = { fields: { ...measures(1), 'no-allergies': 'yes' }, lists: { problems: [], treatments: [], medicines: [{ name: 'Aspirin' }], allergies: [] } };
const IDS = ['7b0c1f6a-3a5e-4c52-9f2e-0d8f6f1c2b3a', '0f3ab1a4-6f5d-4f0c-8a43-0d2d6a1c9e77'];

if ([FULL, NONE].some((typed) => errorsIn(typed, NOW).length)) throw new Error('this cannot be typed');
process.stdout.write(JSON.stringify([FULL, NONE].map((typed, index) => bundleOf(typed, IDS[index], NOW))));
