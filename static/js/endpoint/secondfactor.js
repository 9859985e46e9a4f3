/**
 * The second factor by authenticator app, and the devices that are signed in.
 *
 * Whoever changes either proves a present password; codes are typed, never kept.
 * @module
 */
import * as api from "./api.js";

/** @typedef {import("./signin.js").Proof} Proof */
/**
 * A device that is signed in; times in Unix seconds; agent names its browser and system.
 * @typedef {{id: string, current: boolean, started: number, seen: number, agent: {browser: string, system: string}}} Device
 */

/**
 * @returns {Promise<{since: number | null, codes_left: number}>} since: Unix seconds, null without a
 *   second factor; codes_left: backup codes that were not used
 */
export function status() {
  return api.get("/second-factor");
}

/**
 * Begin to set up an authenticator app; the one before counts until the new one is confirmed.
 * @param {Proof} current
 * @param {string} otp a code of the one before; empty without one
 * @returns {Promise<{uri: string, secret: string}>} uri: otpauth, for the QR code; secret: base32
 */
export function begin(current, otp) {
  return api.post("/second-factor", { current, otp: otp === "" ? null : tidy(otp) });
}

/** @param {string} typed a code as people copy it @returns {string} */
export function tidy(typed) {
  return typed.replace(/[\s-]/g, "").toLowerCase();
}

/**
 * Confirm with the app's first code; from then on signing in asks for one.
 * @param {string} code
 * @returns {Promise<string[]>} backup codes, shown once
 */
export async function confirm(code) {
  return (await api.post("/second-factor/confirm", { code: tidy(code) })).codes;
}

/** @param {Proof} current @param {string} otp @returns {Promise<string[]>} new backup codes in place of the old */
export async function renewCodes(current, otp) {
  return (await api.post("/second-factor/codes", { current, otp: tidy(otp) })).codes;
}

/** @param {Proof} current @param {string} otp @returns {Promise<void>} */
export async function remove(current, otp) {
  await api.post("/second-factor/remove", { current, otp: tidy(otp) });
}

/** @returns {Promise<Device[]>} */
export async function devices() {
  return (await api.get("/sessions")).sessions;
}

/** @param {string} id @returns {Promise<void>} */
export async function signOutDevice(id) {
  await api.del(`/sessions/${encodeURIComponent(id)}`);
}

/** Sign out everywhere, here too. @returns {Promise<void>} */
export async function signOutEverywhere() {
  await api.post("/session/everywhere/end");
}
