/**
 * The ways in which the browser endpoint fails, one class for each way a page can react.
 *
 * They hold codes and ids, never words for people and never a secret; pages choose the words.
 * @module
 */

/** Base of all failures of the endpoint. `code` is stable and chooses the words. */
export class EndpointError extends Error {
  /** @override */
  name = "EndpointError";

  /** @param {string} code @param {{cause?: unknown}} [options] */
  constructor(code, options) {
    super(code, options);
    this.code = code;
  }
}

/** The server refused or failed: its problem document (RFC 9457). */
export class ApiError extends EndpointError {
  /** @override */
  name = "ApiError";

  /**
   * @param {number} status HTTP status
   * @param {string} code the document's stable code
   * @param {string} [detail] the document's sentence, for the log of a developer
   * @param {{retryAfter?: number, received?: number}} [more] seconds to wait, where the server says;
   *   octets of an upload that it has
   */
  constructor(status, code, detail = "", { retryAfter, received } = {}) {
    super(code);
    this.status = status;
    this.detail = detail;
    this.retryAfter = retryAfter;
    this.received = received;
  }
}

/** Something else took the place first: read again, then decide. */
export class Conflict extends ApiError {
  /** @override */
  name = "Conflict";
}

/** Another device deposited the next version of a record first: compare anew, then decide. */
export class Superseded extends EndpointError {
  /** @override */
  name = "Superseded";

  /** @param {string} record id @param {unknown} [cause] */
  constructor(record, cause) {
    super("superseded", { cause });
    this.record = record;
  }
}

/** No server can be reached; nothing is lost, and the same call may be made again. */
export class Offline extends EndpointError {
  /** @override */
  name = "Offline";

  /** @param {unknown} [cause] */
  constructor(cause) {
    super("offline", { cause });
  }
}

/** The person stopped it for now; what was sealed waits on this device, and goes on where it was. */
export class Paused extends EndpointError {
  /** @override */
  name = "Paused";

  constructor() {
    super("paused");
  }
}

/** Signed in, but the keys are closed on this device: the password opens them again. */
export class Locked extends EndpointError {
  /** @override */
  name = "Locked";

  constructor() {
    super("locked");
  }
}

/** Nobody is signed in, or somebody else than before. */
export class SignedOut extends EndpointError {
  /** @override */
  name = "SignedOut";

  constructor() {
    super("signed-out");
  }
}

/** What was typed cannot be taken; `code` says which: `login`, `recovery-code`, `weak-password`. */
export class Invalid extends EndpointError {
  /** @override */
  name = "Invalid";
}

/** This browser cannot do what is needed; `code` says what: `storage`, `insecure`, `memory`. */
export class Unsupported extends EndpointError {
  /** @override */
  name = "Unsupported";
}

/** Something is not what was signed, pinned or logged: a red stop, never to be ignored. */
export class Integrity extends EndpointError {
  /** @override */
  name = "Integrity";

  /** @param {string} what names it, such as `deployment` or `receipt` @param {unknown} [cause] */
  constructor(what, cause) {
    super("integrity", { cause });
    this.what = what;
  }
}

/** Somebody's keys are not those that were approved: perhaps another person under their name. */
export class Impostor extends Integrity {
  /** @override */
  name = "Impostor";

  /** @param {string} member id @param {unknown} [cause] */
  constructor(member, cause) {
    super("impostor", cause);
    this.member = member;
  }
}
