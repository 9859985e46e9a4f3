/**
 * Shows a key fingerprint as words, digits and QR code, in what the macro `fingerprint` made.
 * @module
 */
import { el, fill } from "./dom.js";
import { t } from "./messages.js";
import { fingerprintCode } from "./qr.js";

/**
 * @param {HTMLElement} root
 * @param {import("../endpoint/fingerprint.js").Fingerprint} fingerprint
 */
export function showFingerprint(root, fingerprint) {
  fill(root, {
    words: fingerprint.words.map((word) => el("li", {}, word)),
    digits: fingerprint.digits.split(" ").map((group) => el("span", {}, group)),
    qr: fingerprintCode(fingerprint, t("fingerprint.qr", { digits: fingerprint.digits })),
  });
}
