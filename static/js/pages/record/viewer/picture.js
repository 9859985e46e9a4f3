/** Photographs and scans: decoded by the browser, after their size is known to be bearable. @module */
import { pictureSize } from "../../../reader/pictures.js";
import { t } from "../../../ui/messages.js";
import { failure, pictureDrawing } from "./canvas.js";

/** @typedef {import("../../../endpoint/attached.js").AttachedFile} AttachedFile */

/** Octets of a picture's file, and pixels that it may have once it is decoded. */
const [MOST_OCTETS, MOST_DECODED] = [2 ** 26, 2 ** 26];

/**
 * @param {AttachedFile} file PNG or JPEG
 * @param {(done: number, total: number) => void} onProgress
 * @returns {Promise<import("./stage.js").Drawing>}
 * @throws {Error} with `code`: `large`, `broken`, or as the file is opened
 */
export async function drawPicture(file, onProgress) {
  if (file.told.size > MOST_OCTETS) throw failure("large");
  const blob = await file.whole({ onProgress });
  return pictureDrawing(await decoded(blob), t("viewer.picture", { name: file.told.name }));
}

/**
 * @param {Blob} blob PNG or JPEG
 * @returns {Promise<ImageBitmap>} upright, as the camera noted it
 */
export async function decoded(blob) {
  const size = pictureSize(new Uint8Array(await blob.arrayBuffer()));
  if (!size || !size.width || !size.height) throw failure("broken");
  if (size.width * size.height > MOST_DECODED) throw failure("large");
  try {
    return await createImageBitmap(blob, { imageOrientation: "from-image" });
  } catch (error) {
    throw failure("broken", error);
  }
}
