/**
 * Reading a QR code by this device's camera, where the browser can: the picture stays on the device.
 * @module
 */

/** @typedef {{detect: (source: HTMLVideoElement) => Promise<{rawValue: string}[]>}} Detector */

const PAUSE = 200;

/** @returns {boolean} whether this browser reads codes itself and has cameras to ask for */
export function canScan() {
  return "BarcodeDetector" in globalThis && Boolean(globalThis.navigator?.mediaDevices?.getUserMedia);
}

/**
 * Look through the camera until a code is read that `accept` knows; the camera is off afterwards, always.
 * @template T
 * @param {HTMLVideoElement} video shows what the camera sees
 * @param {(text: string) => T | null} accept
 * @param {AbortSignal} signal ends it
 * @returns {Promise<T | null>} null when it was ended
 * @throws {DOMException} there is no camera, or the person did not allow it
 */
export async function scan(video, accept, signal) {
  const Kind = /** @type {{BarcodeDetector: new (options: {formats: string[]}) => Detector}} */ (/** @type {unknown} */ (globalThis)).BarcodeDetector;
  const detector = new Kind({ formats: ["qr_code"] });
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
  try {
    video.srcObject = stream;
    await video.play();
    return await read(detector, video, accept, signal);
  } finally {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  }
}

/**
 * @template T
 * @param {Detector} detector @param {HTMLVideoElement} video @param {(text: string) => T | null} accept @param {AbortSignal} signal
 * @returns {Promise<T | null>}
 */
async function read(detector, video, accept, signal) {
  while (!signal.aborted) {
    for (const { rawValue } of await detector.detect(video)) {
      const found = accept(rawValue);
      if (found !== null) return found;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  return null;
}
