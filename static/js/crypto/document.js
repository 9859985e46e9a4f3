/**
 * The document's shell (protocol section 4): a `record` that holds one xenc:EncryptedData for each
 * partition, and nothing else.
 *
 * Algorithms are constants that are compared, never dispatched on. Nothing here decrypts: a server
 * that stores documents may use this module alone.
 * @module
 */
import { concat, utf8, utf8Text } from "./bytes.js";
import { b64Decode, b64Encode, checkPartition } from "./encoding.js";
import { CryptoError, OpenError } from "./errors.js";
import { MAX_OCTETS, readXml } from "./xml.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/**
 * octets: iv || ciphertext || tag; wrapped: AES-256-KW of the key, 40 octets, or null.
 * @typedef {{readonly octets: Bytes, readonly wrapped: Bytes | null}} EncryptedPart
 */
/**
 * An element of the shell as read: its expanded name, attributes, children and text.
 * @typedef {{name: string, attributes: Map<string, string>, children: Node[], text: string}} Node
 */

const PHR = "urn:sesphr:phr:1";
const XENC = "http://www.w3.org/2001/04/xmlenc#";
const DSIG = "http://www.w3.org/2000/09/xmldsig#";
const XMLNS = "http://www.w3.org/2000/xmlns/";
const ELEMENT = `${XENC}Element`;
const GCM = "http://www.w3.org/2009/xmlenc11#aes256-gcm";
const KW = `${XENC}kw-aes256`;
const SHELL_DEPTH = 6;
/** An IV and a tag around nothing. */
const LEAST = 28;

const DECLARATION =
  /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(["'])1\.0\1(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(["'])[Uu][Tt][Ff]-8\2)?[ \t\r\n]*\?>/;

/** @returns {never} */
function refuse() {
  throw new OpenError();
}

/**
 * Run a reader and give every failure the one error that a document has.
 * @template T
 * @param {() => T} read
 * @returns {T}
 */
function oneError(read) {
  try {
    return read();
  } catch (error) {
    if (error instanceof CryptoError) throw new OpenError();
    throw error;
  }
}

/**
 * The shell's text without its XML declaration. References, comments, CDATA sections, DOCTYPE and
 * processing instructions are told by their first octets, so that no two parsers can differ.
 * @param {Uint8Array} octets
 * @returns {string}
 */
function shellText(octets) {
  if (!(octets instanceof Uint8Array) || octets.length > MAX_OCTETS) refuse();
  const text = utf8Text(octets).replace(DECLARATION, "");
  if (!text.startsWith("<") || !text.endsWith(">")) refuse();
  if (text.includes("<?") || text.includes("<!") || text.includes("&")) refuse();
  return text;
}

/** @param {import("./xml.js").Tag} tag @returns {Node} */
function toNode(tag) {
  const attributes = new Map();
  for (const { uri, local, value, name } of Object.values(tag.attributes)) {
    if (uri === XMLNS || name === "xmlns") {
      // The parser trims more than XML's own white space from a namespace.
      if (value !== value.trim()) refuse();
      continue;
    }
    attributes.set(`{${uri}}${local}`, value);
  }
  return { name: `{${tag.uri}}${tag.local}`, attributes, children: [], text: "" };
}

/**
 * @param {Uint8Array} octets
 * @returns {Node} the root
 */
function readShell(octets) {
  /** @type {Node} */
  const top = { name: "", attributes: new Map(), children: [], text: "" };
  const stack = [top];
  readXml(shellText(octets), {
    open: (tag, depth) => {
      if (depth > SHELL_DEPTH) refuse();
      const node = toNode(tag);
      /** @type {Node} */ (stack.at(-1)).children.push(node);
      stack.push(node);
    },
    close: () => void stack.pop(),
    text: (piece) => {
      /** @type {Node} */ (stack.at(-1)).text += piece;
    },
  });
  if (top.children.length !== 1 || top.text !== "") refuse();
  return top.children[0];
}

/**
 * Demand a name, exactly these attributes and this number of children.
 * @param {Node | undefined} node
 * @param {string} name expanded
 * @param {Record<string, string>} attributes
 * @param {number} children
 * @returns {Node}
 */
function demand(node, name, attributes, children) {
  if (!node || node.name !== name || node.children.length !== children) return refuse();
  const wanted = Object.entries(attributes);
  if (node.attributes.size !== wanted.length) refuse();
  for (const [key, value] of wanted) if (node.attributes.get(`{}${key}`) !== value) refuse();
  if (node.text !== "" && name !== `{${XENC}}CipherValue`) refuse();
  return node;
}

/** @param {Node | undefined} node xenc:CipherData @returns {Bytes} */
function cipherOctets(node) {
  const [inner] = demand(node, `{${XENC}}CipherData`, {}, 1).children;
  return b64Decode(demand(inner, `{${XENC}}CipherValue`, {}, 0).text);
}

/** @param {Node} node ds:KeyInfo @returns {Bytes} the wrapped key, 40 octets */
function wrappedKey(node) {
  const [key] = demand(node, `{${DSIG}}KeyInfo`, {}, 1).children;
  const [method, data] = demand(key, `{${XENC}}EncryptedKey`, {}, 2).children;
  demand(method, `{${XENC}}EncryptionMethod`, { Algorithm: KW }, 0);
  const wrapped = cipherOctets(data);
  return wrapped.length === 40 ? wrapped : refuse();
}

/** @param {Node} node xenc:EncryptedData @returns {[string, EncryptedPart]} */
function readPart(node) {
  const id = node.attributes.get("{}Id") ?? "";
  if (!id.startsWith("p-")) refuse();
  const partition = checkPartition(id.slice(2));
  const withKey = node.children.length === 3;
  demand(node, `{${XENC}}EncryptedData`, { Id: id, Type: ELEMENT }, withKey ? 3 : 2);
  demand(node.children[0], `{${XENC}}EncryptionMethod`, { Algorithm: GCM }, 0);
  const wrapped = withKey ? wrappedKey(node.children[1]) : null;
  const octets = cipherOctets(node.children.at(-1));
  return octets.length >= LEAST ? [partition, { octets, wrapped }] : refuse();
}

/**
 * Read a document's shell, whole.
 * @param {Uint8Array} octets at most 32 MiB
 * @param {Iterable<string>} expected the partitions of the manifest
 * @returns {Map<string, EncryptedPart>}
 * @throws {OpenError} on any departure from the one form that protocol section 4 allows
 */
export function parseDocument(octets, expected) {
  return oneError(() => {
    const names = new Set(expected);
    const root = readShell(octets);
    demand(root, `{${PHR}}record`, {}, names.size);
    const parts = new Map(root.children.map(readPart));
    if (parts.size !== names.size || ![...names].every((name) => parts.has(name))) refuse();
    return parts;
  });
}

/**
 * What a decrypted element must be: one well-formed UTF-8 element that declares its own
 * namespaces, at most 64 deep, without DOCTYPE and processing instructions.
 * @param {Uint8Array} octets
 * @throws {OpenError}
 */
export function checkElement(octets) {
  oneError(() => {
    if (octets.length > MAX_OCTETS) refuse();
    const text = utf8Text(octets);
    // Nothing may stand outside the element, which a parser would let pass for white space.
    if (!text.startsWith("<") || text.startsWith("<?") || !text.endsWith(">")) refuse();
    readXml(text, {
      text: (piece, depth) => {
        if (depth === 0 && piece !== "") refuse();
      },
      comment: (depth) => {
        if (depth === 0) refuse();
      },
    });
  });
}

/** @param {Uint8Array} octets @returns {string} */
function cipherData(octets) {
  return `<xenc:CipherData><xenc:CipherValue>${b64Encode(octets)}</xenc:CipherValue></xenc:CipherData>`;
}

/** @param {Uint8Array | null} wrapped @returns {string} */
function keyInfo(wrapped) {
  if (wrapped === null) return "";
  return `<ds:KeyInfo xmlns:ds="${DSIG}"><xenc:EncryptedKey>` +
    `<xenc:EncryptionMethod Algorithm="${KW}"/>${cipherData(wrapped)}</xenc:EncryptedKey></ds:KeyInfo>`;
}

/**
 * Write a document.
 * @param {Iterable<[string, EncryptedPart]>} parts in document order
 * @returns {Bytes}
 * @throws {OpenError} when it would exceed 32 MiB
 */
export function buildDocument(parts) {
  const elements = [...parts].map(([partition, { octets, wrapped }]) => utf8(
    `<xenc:EncryptedData xmlns:xenc="${XENC}" Id="p-${checkPartition(partition)}" Type="${ELEMENT}">` +
    `<xenc:EncryptionMethod Algorithm="${GCM}"/>${keyInfo(wrapped)}${cipherData(octets)}</xenc:EncryptedData>`,
  ));
  const document = concat(utf8(`<record xmlns="${PHR}">`), ...elements, utf8("</record>"));
  return document.length <= MAX_OCTETS ? document : refuse();
}
