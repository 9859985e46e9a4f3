/**
 * Who is signed in on this device, and their keys; several tabs share one session.
 *
 * A signed-out or locked session has forgotten its keys, and so has every other tab. The seed leaves
 * this module only to seal it anew.
 * @module
 */
import { b64uDecode } from "../crypto/encoding.js";
import { kept, openDependant } from "./acting.js";
import * as api from "./api.js";
import { loadDeployment } from "./deployment.js";
import { ApiError, Locked, Offline, SignedOut } from "./errors.js";
import { Session } from "./member.js";
import { formerSeeds } from "./ownkeys.js";
import * as signing from "./signin.js";
import { read } from "./shapes.js";
import { locked as locking } from "./storage.js";
import * as vault from "./vault.js";

/** @typedef {import("./deployment.js").Deployment} Deployment */
/** @typedef {import("./signin.js").Me} Me */
/** @typedef {import("./signin.js").Life} Life */
/** @typedef {import("./member.js").Guardian} Guardian */
/** @typedef {import("../crypto/bytes.js").Bytes} Bytes */
/**
 * What happens to the session, here or in another tab: `opened`, `locked`, `signed-out`, or `activity`,
 * which only moves its end; `ended`: this tab found that the server had ended it; `switched`: another tab
 * acts for somebody else from now on, and so does this one.
 * @typedef {"opened" | "locked" | "signed-out" | "ended" | "activity" | "switched"} Change
 */

export { Session };

const VAULT = "vault";

/** @type {Session | null} */
let current = null;
/** @type {Set<(change: Change) => void>} */
const listeners = new Set();
/** @type {BroadcastChannel | null} */
let channel = null;
/** How often this tab was told to forget its keys. */
let closings = 0;

/** Tabs hear of each other from the first use of the session on. @returns {BroadcastChannel} */
function tabs() {
  if (channel === null) {
    channel = new BroadcastChannel("sesphr");
    channel.onmessage = ({ data }) => void heard(data);
  }
  return channel;
}

/**
 * Be told what happens to the session, in this tab or another one.
 * @param {(change: Change) => void} listener
 * @returns {() => void} stop telling
 */
export function onChange(listener) {
  tabs();
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** @param {Change} change for this tab's own listeners */
function notify(change) {
  for (const listener of listeners) listener(change);
}

/** @param {Change} change @param {object} [more] for the other tabs; never a secret */
function tellTabs(change, more = {}) {
  tabs().postMessage({ change, ...more });
}

/** @param {{change: Change, ends?: number}} message from another tab */
async function heard({ change, ends }) {
  if (change === "locked" || change === "signed-out") closeCurrent();
  if (change === "activity" && current && ends) current.idle.ends = Math.max(current.idle.ends, ends);
  const became = change === "opened" ? await reopened() : change;
  if (became) notify(became);
}

/** @returns {Promise<Change | null>} what another tab's sign-in means for this one */
async function reopened() {
  try {
    await openSession();
    return "opened";
  } catch (error) {
    // Somebody else has this browser now.
    return error instanceof SignedOut ? "signed-out" : null;
  }
}

/**
 * The session of this page, opened with what sign-in left in the vault. A stale vault is wiped.
 * @returns {Promise<Session>}
 * @throws {Locked} somebody is signed in, but the keys are not here: `unlock`
 * @throws {SignedOut} nobody is, or somebody else than before on this page
 * @throws {Integrity | Offline | Unsupported | ApiError}
 */
export async function openSession() {
  tabs();
  const deployment = await loadDeployment();
  return locking(VAULT, async () => {
    const before = closings;
    const { share, idle_seconds, idle_left, generations, guardian, former: slots, ...me } = await asked();
    const session = sessionOf(me, deployment, guardian ?? null);
    const life = { share, idle_seconds, idle_left };
    const seed = await kept({ share: b64uDecode(share, 32), deployment: deployment.id }, me.id, guardian?.id ?? null);
    // Another tab may have locked while this one was opening.
    if (seed === null || closings !== before) {
      seed?.fill(0);
      session.close();
      throw new Locked();
    }
    session.open(seed, life, await formerSeeds(slots, { deployment: deployment.id, member: me.id, seed }));
    session.generations = generations;
    return session;
  });
}

/**
 * Act for a dependant in this browser from now on: every page is theirs after it was loaded again.
 * @param {string} dependant id
 * @returns {Promise<void>}
 * @throws {Locked | ApiError | Integrity}
 */
export async function actFor(dependant) {
  const session = await openSession();
  await locking(VAULT, async () => {
    const { share } = await asked();
    const opening = { share: b64uDecode(share, 32), deployment: session.deployment.id, member: dependant };
    (await openDependant(session.seed.slice(), opening)).fill(0);
  });
  tellTabs("switched");
}

/** Act for oneself again. @returns {Promise<void>} */
export async function stopActing() {
  await locking(VAULT, async () => {
    await api.ungated("DELETE", "/acting");
    await vault.forgetDependant();
  });
  tellTabs("switched");
}

/**
 * Wipe what a browser that was closed without signing out left in the vault, if no session opens it.
 * @returns {Promise<void>}
 * @throws {Offline | Unsupported | ApiError} it stays, of no use without the share
 */
export function forgetStale() {
  return locking(VAULT, async () => {
    if (!(await vault.holds())) return;
    try {
      await asked();
    } catch (error) {
      if (!(error instanceof Locked || error instanceof SignedOut)) throw error;
    }
  });
}

/**
 * @param {Me} me @param {Deployment} deployment @param {Guardian | null} [guardian] who acts for them
 * @returns {Session}
 * @throws {SignedOut} somebody else than before
 */
function sessionOf(me, deployment, guardian = null) {
  if (current && current.me.id !== me.id) {
    current.close();
    throw new SignedOut();
  }
  current ??= new Session(me, deployment);
  Object.assign(current, { me, guardian });
  api.actFor(guardian === null ? null : me.id);
  return current;
}

function closeCurrent() {
  closings += 1;
  current?.close();
}

function forgetCurrent() {
  current?.close();
  current = null;
}

/** @returns {string} the login of this page's session, open or locked; empty without one */
export function ownLogin() {
  return current?.guardian?.login ?? current?.me.login ?? "";
}

/** @returns {Promise<Me & Life & {generations: signing.Generations, guardian?: Guardian | null, former: import("../crypto/slots.js").Slot[]}>} @throws {Locked | SignedOut} the server has dropped the share */
async function asked() {
  try {
    return read("session", await api.ungated("GET", "/session"));
  } catch (error) {
    if (error instanceof Locked || error instanceof SignedOut) {
      const wasOpen = current?.isOpen;
      closeCurrent();
      await vault.wipe();
      if (wasOpen) notify("ended");
    }
    throw error;
  }
}

/**
 * Finish an attempt: from then on this browser's tabs have the session.
 * @param {signing.Attempt} attempt
 * @param {string} [otp]
 * @returns {Promise<{session: Session, proof: signing.Proof}>} proof: for changing the account now
 */
export async function finish(attempt, otp) {
  const deployment = await loadDeployment();
  // One at a time: the vault must end up with the share of the last sign-in.
  const found = await locking(VAULT, async () => {
    const signedIn = await attempt.finish(otp);
    await keep(signedIn, deployment.id);
    return signedIn;
  });
  attempt.forget();
  const { me, seed, proof, life, generations } = found;
  const session = current?.guardian?.id === me.id ? await resumed(current, seed, life) : began(found, deployment);
  session.generations = generations;
  tellTabs("opened");
  notify("opened");
  return { session, proof };
}

/** @param {signing.SignedIn} found @param {Deployment} deployment @returns {Session} */
function began({ me, seed, life, former }, deployment) {
  if (current && current.me.id !== me.id) forgetCurrent();
  const session = sessionOf(me, deployment);
  session.open(seed, life, former);
  return session;
}

/**
 * A guardian unlocked a dependant's page: the new session acts for the dependant as the old one did.
 * @param {Session} session @param {Bytes} own the guardian's seed @param {Life} life @returns {Promise<Session>}
 * @throws {SignedOut} they are no guardian any more
 */
async function resumed(session, own, life) {
  const opening = { share: b64uDecode(life.share, 32), deployment: session.deployment.id, member: session.me.id };
  try {
    session.open(await locking(VAULT, () => openDependant(own, opening)), life);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    forgetCurrent();
    throw new SignedOut();
  }
  return session;
}

/** @param {signing.SignedIn} found @param {string} deployment @throws {Unsupported} this browser keeps nothing */
async function keep({ me, seed, life }, deployment) {
  try {
    await vault.keep(seed, { share: b64uDecode(life.share, 32), deployment, member: me.id });
  } catch (error) {
    // A session that no page can use must not stay open.
    await dropShare();
    throw error;
  }
}

/**
 * @param {{login: string, password: string, otp?: string}} typed
 * @returns {Promise<Session>}
 * @throws {ApiError} `wrong-secret`, `otp-needed` and others
 */
export async function signIn({ otp, ...typed }) {
  const attempt = await signing.begin(typed);
  try {
    return (await finish(attempt, otp)).session;
  } finally {
    attempt.forget();
  }
}

/**
 * @param {{login: string, code: string, otp?: string}} typed code: the printed recovery code
 * @returns {Promise<{session: Session, proof: signing.Proof}>} proof: for setting a new password
 */
export async function signInWithRecovery({ otp, ...typed }) {
  return finish(await signing.beginWithRecovery(typed), otp);
}

/**
 * Open the locked session again, for the same member.
 * @param {{password: string, otp?: string}} typed
 * @returns {Promise<Session>}
 * @throws {SignedOut} this page never had a session @throws {ApiError} `wrong-secret`, `otp-needed`
 */
export async function unlock({ password, otp }) {
  if (current === null) throw new SignedOut();
  return signIn({ login: ownLogin(), password, otp });
}

/** End the session here and at the server; every tab forgets the keys. @returns {Promise<void>} */
export function signOut() {
  return end("signed-out");
}

/** Forget the keys in every tab, and the share at the server; pages stay as they are. @returns {Promise<void>} */
export function lock() {
  return end("locked");
}

/** @param {"signed-out" | "locked"} change */
async function end(change) {
  closeCurrent();
  tellTabs(change);
  if (change === "locked") notify(change);
  await locking(VAULT, async () => {
    await vault.wipe();
    await dropShare();
  });
  // Whoever hears this may leave the page, which would cut off a call on its way.
  if (change === "signed-out") notify(change);
}

/** What the share would open is gone; a server out of reach drops it by itself after idle minutes. */
async function dropShare() {
  try {
    await api.ungated("DELETE", "/session");
  } catch (error) {
    if (!(error instanceof Offline)) throw error;
  }
}

/**
 * Tell the server that somebody is at work.
 * @returns {Promise<void>}
 * @throws {Locked | SignedOut} it was too late
 */
export async function touch() {
  const found = await api.ungated("POST", "/session/activity", {});
  current?.live(found);
  tellTabs("activity", { ends: current?.idle.ends });
}

/**
 * Ask the server how long the session still lasts, without moving its end.
 * @returns {Promise<void>}
 * @throws {Locked | SignedOut} it has ended
 */
export async function refresh() {
  current?.live(await asked());
}
