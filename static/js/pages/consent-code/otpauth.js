/** What an authenticator app reads: a secret and a label, as a QR code or typed. @module */

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** @param {Uint8Array} octets whose number is a multiple of five @returns {string} base32 (RFC 4648) without padding */
export function base32(octets) {
  const bits = [...octets].map((one) => one.toString(2).padStart(8, "0")).join("");
  return (bits.match(/.{5}/g) ?? []).map((five) => LETTERS[parseInt(five, 2)]).join("");
}

/** @param {string} secret base32 @param {string} label for people @returns {string} */
export function otpauth(secret, label) {
  return `otpauth://totp/${encodeURIComponent(label)}?secret=${secret}&issuer=${encodeURIComponent("SeSPHR consent")}`;
}
