/**
 * PDF, page by page, by PDF.js: what a page needs of a large file is fetched when the page is looked at.
 *
 * No script of a PDF runs here, no form of it is filled in, and no link of it leads anywhere.
 * @module
 */
import { getDocument, PDFDataRangeTransport, PDFWorker, TextLayer } from "pdfjs-dist";

import { el } from "../../../ui/dom.js";
import { t } from "../../../ui/messages.js";
import { startWorker } from "../../../ui/worker.js";
import { bounded, failure, sizedAs } from "./canvas.js";

/** @typedef {import("../../../endpoint/attached.js").AttachedFile} AttachedFile */
/** @typedef {import("./stage.js").Drawing} Drawing */
/** @typedef {import("pdfjs-dist").PDFDocumentProxy} Document */

/** Up to here a file is fetched whole, and with that checked whole. */
const SMALL = 2 ** 22;
const RANGE = 2 ** 18;
/** What is larger than any page of paper at any zoom is drawn coarser. */
const MOST_IMAGE = 2 ** 26;
const ASSETS = "/static/pdfjs/";

/** Gives PDF.js the parts that it asks for. */
class Ranges extends PDFDataRangeTransport {
  /** @param {AttachedFile} file @param {(error: unknown) => void} onError */
  constructor(file, onError) {
    super(file.told.size, null);
    this.file = file;
    this.onError = onError;
  }

  /** @override @param {number} begin @param {number} end */
  requestDataRange(begin, end) {
    this.file.part(begin, end - begin).then((octets) => this.onDataRange(begin, octets), this.onError);
  }
}

/**
 * @param {AttachedFile} file
 * @param {(done: number, total: number) => void} onProgress
 * @returns {Promise<Drawing>}
 * @throws {Error} with `code`: `broken`, `password`, or as the file is opened
 */
export async function drawPdf(file, onProgress) {
  // A range that fails ends whatever waits for it, now or later.
  const broken = Promise.withResolvers();
  broken.promise.catch(() => {});
  const source = file.told.size > SMALL ? { range: new Ranges(file, broken.reject), length: file.told.size }
    : { data: new Uint8Array(await (await file.whole({ onProgress })).arrayBuffer()) };
  const port = startWorker("pdf");
  const worker = PDFWorker.create({ port, verbosity: 0 });
  const task = getDocument({
    ...source, worker, verbosity: 0, rangeChunkSize: RANGE, disableAutoFetch: true, disableStream: true,
    cMapUrl: `${ASSETS}cmaps/`, standardFontDataUrl: `${ASSETS}standard_fonts/`, wasmUrl: `${ASSETS}wasm/`,
    // The pages' policy has no place for WebAssembly.
    useWasm: false, useWorkerFetch: true, disableWorkerRendering: true, enableXfa: false, useSystemFonts: false, maxImageSize: MOST_IMAGE,
  });
  const end = () => {
    void task.destroy().catch(() => {}).finally(() => { worker.destroy(); port.terminate(); });
  };
  try {
    const document = await Promise.race([task.promise, broken.promise]);
    return drawing(document, (work) => Promise.race([work, broken.promise]), end);
  } catch (error) {
    end();
    throw named(error);
  }
}

/** @param {unknown} error @returns {unknown} with a code that has words */
function named(error) {
  const name = error instanceof Error ? error.name : "";
  if (name === "PasswordException") return failure("password", error);
  return ["InvalidPDFException", "FormatError", "UnknownErrorException", "ResponseException"].includes(name) ? failure("broken", error) : error;
}

/**
 * @param {Document} document
 * @param {<T>(work: Promise<T>) => Promise<T>} guarded @param {() => void} close
 * @returns {Drawing}
 */
function drawing(document, guarded, close) {
  /** @type {import("pdfjs-dist").RenderTask | null} */
  let rendering = null;
  const named_ = async (/** @type {Promise<any>} */ work) => {
    try {
      return await guarded(work);
    } catch (error) {
      throw named(error);
    }
  };
  return {
    pages: document.numPages, fit: "width", close,
    size: async (number) => {
      const { width, height } = (await named_(document.getPage(number))).getViewport({ scale: CSS_UNITS });
      return { width, height };
    },
    draw: async (number, scale) => {
      const page = await named_(document.getPage(number));
      rendering?.cancel();
      const sheet = el("div", { class: "viewer__sheet" });
      rendering = drawnOn(sheet, page, scale * CSS_UNITS, t("viewer.page", { n: String(number), of: String(document.numPages) }));
      await named_(rendering.promise);
      await named_(text(sheet, page, scale * CSS_UNITS));
      return sheet;
    },
  };
}

/** A PDF counts 72 to the inch, a page on the screen 96. */
const CSS_UNITS = 96 / 72;

/** @param {HTMLElement} sheet @param {import("pdfjs-dist").PDFPageProxy} page @param {number} scale @param {string} label */
function drawnOn(sheet, page, scale, label) {
  const viewport = page.getViewport({ scale });
  const ratio = Math.max(devicePixelRatio, 1);
  const factor = ratio * bounded(viewport.width * ratio, viewport.height * ratio);
  const canvas = el("canvas", { role: "img", "aria-label": label });
  [canvas.width, canvas.height] = [Math.max(1, Math.floor(viewport.width * factor)), Math.max(1, Math.floor(viewport.height * factor))];
  sizedAs(canvas, viewport.width, viewport.height);
  sheet.append(canvas);
  return page.render({ canvas, viewport, transform: [factor, 0, 0, factor, 0, 0] });
}

/** Its words over the picture: to be read aloud, found and copied. @param {HTMLElement} sheet @param {import("pdfjs-dist").PDFPageProxy} page @param {number} scale */
async function text(sheet, page, scale) {
  const viewport = page.getViewport({ scale });
  const container = el("div", { class: "viewer__text" });
  sheet.style.setProperty("--total-scale-factor", String(scale));
  sheet.append(container);
  await new TextLayer({ textContentSource: page.streamTextContent(), container, viewport }).render();
}
