/**
 * The kernel of SeSPHR for browsers and Node: the protocol's maths and formats, without any DOM.
 *
 * One namespace for each module; errors stand at the top.
 * @module
 */
export * from "./errors.js";
export * as acl from "./acl.js";
export * as aes from "./aes.js";
export * as attachments from "./attachments.js";
export * as bytes from "./bytes.js";
export * as consent from "./consent.js";
export * as deposit from "./deposit.js";
export * as document from "./document.js";
export * as ed25519 from "./ed25519.js";
export * as encoding from "./encoding.js";
export * as envelope from "./envelope.js";
export * as groups from "./groups.js";
export * as handover from "./handover.js";
export * as hpke from "./hpke.js";
export * as kdf from "./kdf.js";
export * as keychange from "./keychange.js";
export * as keys from "./keys.js";
export * as log from "./log.js";
export * as merkle from "./merkle.js";
export * as pre from "./pre.js";
export * as proofs from "./proofs.js";
export * as slots from "./slots.js";
export * as statements from "./statements.js";
