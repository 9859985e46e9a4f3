/**
 * Reads one DICOM file off the page's thread: octets in, header facts and pixels out.
 *
 * It has no network, no keys and no storage; whoever started it ends it, and the file with it.
 */
import { NoDicom, readDicom } from "../reader/dicom.js";

addEventListener("message", ({ data }) => {
  try {
    const shown = readDicom(new Uint8Array(data));
    const transfer = [shown.frame?.pixels.buffer, shown.jpeg?.buffer].filter((one) => one !== undefined);
    postMessage({ shown }, { transfer });
  } catch (error) {
    postMessage({ failed: error instanceof NoDicom ? "broken" : "memory" });
  }
});
