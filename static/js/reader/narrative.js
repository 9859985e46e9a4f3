/**
 * Narrative of a C-CDA section or a FHIR resource as a tree of plain nodes.
 *
 * Narrative is written by strangers. Of its markup only the kinds below pass,
 * of its attributes only the span of table cells; links and pictures become
 * their words, scripts and styles nothing. A page may build elements from
 * these nodes alone, with textContent.
 */

import { attribute, readTree } from './tree.js';

/** @typedef {import('./tree.js').Element} Element */
/**
 * @typedef {object} Node
 * @property {'group' | 'paragraph' | 'heading' | 'list' | 'item' | 'table' | 'caption' | 'head' | 'body' | 'foot' | 'row' |
 *   'cell' | 'header' | 'strong' | 'emphasis' | 'underline' | 'sub' | 'sup' | 'deleted' | 'break' | 'preformatted' | 'picture'} type
 * @property {boolean} [ordered] of a list
 * @property {number} [columns] @property {number} [rows] that a cell spans, over 1
 * @property {(Node | string)[]} children
 */

const MAX_SPAN = 100;

/** @type {Record<string, Node['type']>} */
const CDA = {
  paragraph: 'paragraph', list: 'list', item: 'item', table: 'table', caption: 'caption', thead: 'head', tbody: 'body',
  tfoot: 'foot', tr: 'row', td: 'cell', th: 'header', sub: 'sub', sup: 'sup', br: 'break', renderMultiMedia: 'picture',
};

/** @type {Record<string, Node['type']>} */
const XHTML = {
  p: 'paragraph', div: 'group', blockquote: 'paragraph', address: 'paragraph', hr: 'break',
  ul: 'list', ol: 'list', li: 'item', dl: 'group', dt: 'paragraph', dd: 'paragraph',
  h1: 'heading', h2: 'heading', h3: 'heading', h4: 'heading', h5: 'heading', h6: 'heading',
  table: 'table', caption: 'caption', thead: 'head', tbody: 'body', tfoot: 'foot', tr: 'row', td: 'cell', th: 'header',
  b: 'strong', strong: 'strong', i: 'emphasis', em: 'emphasis', u: 'underline', sub: 'sub', sup: 'sup', del: 'deleted', s: 'deleted',
  br: 'break', pre: 'preformatted', img: 'picture',
};

/** Elements of which nothing is shown: they hold no words for readers. */
const SILENT = new Set(['script', 'style', 'template', 'object', 'embed', 'colgroup', 'col', 'head', 'title', 'meta', 'link']);

/** Names that XHTML 1.0 has and narratives use. @type {Record<string, string>} */
const ENTITIES = {
  nbsp: '\u00a0', copy: '©', reg: '®', deg: '°', plusmn: '±', micro: 'µ', middot: '·', times: '×', divide: '÷',
  frac12: '½', frac14: '¼', frac34: '¾', sup1: '¹', sup2: '²', sup3: '³', ndash: '–', mdash: '—', lsquo: '‘', rsquo: '’',
  ldquo: '“', rdquo: '”', bull: '•', hellip: '…', le: '≤', ge: '≥', ne: '≠', larr: '←', uarr: '↑', rarr: '→', darr: '↓',
  alpha: 'α', beta: 'β', gamma: 'γ', mu: 'μ', auml: 'ä', ouml: 'ö', uuml: 'ü', Auml: 'Ä', Ouml: 'Ö', Uuml: 'Ü', szlig: 'ß',
  agrave: 'à', aacute: 'á', acirc: 'â', egrave: 'è', eacute: 'é', ecirc: 'ê', iacute: 'í', oacute: 'ó', uacute: 'ú', ntilde: 'ñ', ccedil: 'ç',
};

/** @param {Element} cell @param {string} name @returns {number | undefined} */
function span(cell, name) {
  const number = Number.parseInt(attribute(cell, name) ?? '', 10);
  return number > 1 ? Math.min(number, MAX_SPAN) : undefined;
}

/** @param {Element} element of C-CDA's `content` @returns {Node['type']} */
function styled(element) {
  const codes = (attribute(element, 'styleCode') ?? '').toLowerCase();
  if (attribute(element, 'revised') === 'delete') return 'deleted';
  if (codes.includes('bold')) return 'strong';
  if (codes.includes('italics') || codes.includes('emphasis')) return 'emphasis';
  return codes.includes('underline') ? 'underline' : 'group';
}

/** @param {Element} element @param {Record<string, Node['type']>} kinds @returns {Node['type'] | undefined} */
function kindOf(element, kinds) {
  if (kinds === CDA && element.local === 'content') return styled(element);
  return Object.hasOwn(kinds, element.local) ? kinds[element.local] : undefined;
}

/** @param {Element} element @param {Record<string, Node['type']>} kinds @returns {(Node | string)[]} */
function inside(element, kinds) {
  return element.children.flatMap((child) => (typeof child === 'string' ? [child] : nodes(child, kinds)));
}

/** @param {Element} element @param {Record<string, Node['type']>} kinds @returns {(Node | string)[]} */
function nodes(element, kinds) {
  if (SILENT.has(element.local)) return [];
  const type = kindOf(element, kinds);
  if (!type) return inside(element, kinds);
  if (type === 'picture') return [{ type, children: [attribute(element, 'alt') ?? ''].filter(Boolean) }];
  /** @type {Node} */
  const node = { type, children: inside(element, kinds) };
  if (type === 'list') node.ordered = element.local === 'ol' || attribute(element, 'listType') === 'ordered';
  if (type === 'cell' || type === 'header') {
    node.columns = span(element, 'colspan');
    node.rows = span(element, 'rowspan');
  }
  return [node];
}

/** Rows that stand outside a body get one, and what is no row is left to its words. @param {Node} table */
function tidyTable(table) {
  const parts = table.children.filter((child) => typeof child !== 'string');
  const loose = parts.filter(({ type }) => type === 'row');
  table.children = [
    ...parts.filter(({ type }) => ['caption', 'head', 'body', 'foot'].includes(type)),
    ...(loose.length ? [/** @type {Node} */ ({ type: 'body', children: loose })] : []),
  ];
}

/** Where a kind of node may hold only one kind of child. @type {Record<string, string[]>} */
const ONLY = { head: ['row'], body: ['row'], foot: ['row'], row: ['cell', 'header'], list: ['item', 'caption'] };

/** @param {Node} node */
function tidy(node) {
  if (node.type === 'table') tidyTable(node);
  const only = ONLY[node.type];
  if (only) node.children = node.children.filter((child) => typeof child !== 'string' && only.includes(child.type));
  for (const child of node.children) if (typeof child !== 'string') tidy(child);
}

/** @param {(Node | string)[]} found @returns {(Node | string)[]} without white space at its ends */
function whole(found) {
  for (const each of found) if (typeof each !== 'string') tidy(each);
  return found.some((each) => typeof each !== 'string' || each.trim()) ? found : [];
}

/** @param {Element | undefined} text the `text` of a section @returns {(Node | string)[]} empty when there is none */
export function sectionNarrative(text) {
  return text ? whole(inside(text, CDA)) : [];
}

/**
 * @param {unknown} div the `text.div` of a resource: XHTML as a string
 * @returns {(Node | string)[]} what cannot be read as XML is shown as the text it is
 */
export function resourceNarrative(div) {
  if (typeof div !== 'string' || !div.trim()) return [];
  try {
    return whole(inside(readTree(div, ENTITIES), XHTML));
  } catch {
    return [{ type: 'preformatted', children: [div] }];
  }
}

/** The words of nodes alone, for a line. @param {(Node | string)[]} found @returns {string} */
export function words(found) {
  return found.map((each) => (typeof each === 'string' ? each : ` ${words(each.children)} `)).join('').replace(/\s+/g, ' ').trim();
}
