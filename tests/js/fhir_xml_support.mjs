/** Writes FHIR JSON as FHIR XML, for tests: by R4's rules, knowing nothing of the code that reads it. */

const escaped = (text) => String(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;').replace(/[\t\n\r]/g, (c) => `&#${c.charCodeAt(0)};`);

/** JSON whose numbers keep their characters: `{number: "2.20"}`. */
export function parseExact(json) {
  return JSON.parse(json, (_, value, { source }) => (typeof value === 'number' ? { number: source } : value));
}

const isNumber = (value) => typeof value === 'object' && value !== null && Object.keys(value).join() === 'number';
const isPlain = (value) => typeof value !== 'object' || isNumber(value);

function primitive(name, value, beside) {
  const text = value === null || value === undefined ? '' : ` value="${escaped(isNumber(value) ? value.number : value)}"`;
  const { id, ...rest } = beside ?? {};
  const inner = members(rest);
  return `<${name}${id === undefined ? '' : ` id="${escaped(id)}"`}${text}${inner ? `>${inner}</${name}>` : '/>'}`;
}

function member(name, value, beside, around) {
  if (name === 'div' && around === 'text') return value;
  if (value === undefined || value === null || isPlain(value)) return primitive(name, value, beside);
  if (value.resourceType) return `<${name}>${resource(value, '')}</${name}>`;
  const asAttributes = ['id', ...(/extension$/i.test(name) ? ['url'] : [])].filter((each) => value[each] !== undefined);
  const attributes = asAttributes.map((each) => ` ${each}="${escaped(value[each])}"`).join('');
  const rest = Object.fromEntries(Object.entries(value).filter(([each]) => !asAttributes.includes(each)));
  return `<${name}${attributes}>${members(rest, name)}</${name}>`;
}

function members(value, around = '') {
  const names = [...new Set(Object.keys(value).map((name) => name.replace(/^_/, '')))].filter((name) => name !== 'resourceType');
  return names.map((name) => {
    const [own, beside] = [value[name], value[`_${name}`]];
    if (!Array.isArray(own ?? beside)) return member(name, own, beside, around);
    const count = Math.max(own?.length ?? 0, beside?.length ?? 0);
    return Array.from({ length: count }, (_, index) => member(name, own?.[index], beside?.[index], around)).join('');
  }).join('\n');
}

/** @param {any} value a resource, of parseExact @returns {string} */
export function resource(value, namespace = ' xmlns="http://hl7.org/fhir"') {
  return `<${value.resourceType}${namespace}>${members(value)}</${value.resourceType}>`;
}

/** @param {string} json @returns {string} */
export const toXml = (json) => `<?xml version="1.0" encoding="UTF-8"?>\n${resource(parseExact(json))}\n`;
