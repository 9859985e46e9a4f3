/** DICOM: what its header says of the examination, and the first picture; read in a worker. @module */
import { clone, el, fill, show, slot } from "../../../ui/dom.js";
import { number, recordDate } from "../../../ui/format.js";
import { t } from "../../../ui/messages.js";
import { startWorker } from "../../../ui/worker.js";
import { failure, pictureDrawing } from "./canvas.js";
import { decoded } from "./picture.js";

/** @typedef {import("../../../endpoint/attached.js").AttachedFile} AttachedFile */
/** @typedef {import("../../../reader/dicom.js").Shown} Shown */
/** @typedef {import("./stage.js").Drawing} Drawing */

const MOST_OCTETS = 2 ** 27;

/**
 * @param {AttachedFile} file DICOM
 * @param {(done: number, total: number) => void} onProgress
 * @returns {Promise<Drawing>}
 * @throws {Error} with `code`: `large`, `broken`, `memory`, or as the file is opened
 */
export async function drawDicom(file, onProgress) {
  if (file.told.size > MOST_OCTETS) throw failure("large");
  const blob = await file.whole({ onProgress });
  const shown = await read(await blob.arrayBuffer());
  const source = shown.frame ? pixelsOf(shown.frame) : await pictureOf(shown);
  const notes = notesOf(shown, source === null);
  return source ? pictureDrawing(source, t("viewer.picture", { name: file.told.name }), notes) : withoutPicture(notes);
}

/** @param {ArrayBuffer} octets handed over @returns {Promise<Shown>} */
function read(octets) {
  const worker = startWorker("dicom");
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => (data.shown ? resolve(data.shown) : reject(failure(data.failed)));
    worker.onerror = worker.onmessageerror = () => reject(failure("memory"));
    worker.postMessage(octets, [octets]);
  }).finally(() => worker.terminate());
}

/** @param {NonNullable<Shown["frame"]>} frame @returns {ImageData} */
const pixelsOf = ({ pixels, width, height }) => new ImageData(pixels, width, height);

/** @param {Shown} shown @returns {Promise<ImageBitmap | null>} null where there is none that can be drawn */
async function pictureOf(shown) {
  if (!shown.jpeg) return null;
  try {
    return await decoded(new Blob([shown.jpeg], { type: "image/jpeg" }));
  } catch {
    shown.why = "broken";
    return null;
  }
}

/** @param {Shown} shown @param {boolean} bare @returns {HTMLElement} */
function notesOf({ facts, frames, why }, bare) {
  const rows = facts.map(({ field, value }) => el("div", { class: "rows__row" },
    el("dt", {}, t(`viewer.dicom.${field}`)), el("dd", {}, worded(field, value))));
  const notes = clone("t-viewer-dicom", { rows });
  slot(notes, "folded").toggleAttribute("open", matchMedia("(width > 640px)").matches);
  show(slot(notes, "folded"), rows.length > 0);
  const sentences = [bare ? t(`viewer.dicom.why.${why ?? "broken"}`) : t("viewer.dicom.not-for-diagnosis"),
    ...(frames > 1 && !bare ? [t("viewer.dicom.frames", { n: frames, all: number(frames) })] : [])];
  fill(notes, { told: sentences.map((sentence) => el("p", {}, sentence)) });
  return notes;
}

/** @param {string} field @param {string} value @returns {string} */
function worded(field, value) {
  if (field === "date") return recordDate(value);
  return field === "thickness" && Number.isFinite(Number(value)) ? number(Number(value)) : value;
}

/** @param {HTMLElement} notes @returns {Drawing} */
function withoutPicture(notes) {
  const never = async () => { throw failure("broken"); };
  return { pages: 0, fit: "whole", notes, size: never, draw: never, close: () => {} };
}
