/**
 * The record on paper. Sheets get apart, so each says whose they are, when they were printed, and that
 * they are not everything where that is so; the stylesheet repeats the head of the first on every other.
 * @module
 */

import { fill, show, slot } from "../../ui/dom.js";
import { dateTime } from "../../ui/format.js";
import { t } from "../../ui/messages.js";
import { writeSources } from "./sources.js";

/** @param {HTMLElement} article @returns {boolean} whether there may be more than what is laid out */
function isPartial(article) {
  const filtered = article.querySelector("#record-found");
  return article.dataset.mode !== "own" || (filtered instanceof HTMLElement && !filtered.hidden);
}

/** The head is filled while something is printed, and empty again afterwards. @param {HTMLElement} article */
export function preparePaper(article) {
  const head = /** @type {HTMLElement} */ (article.querySelector("#record-paper"));
  addEventListener("beforeprint", () => {
    const name = article.querySelector("#record-name")?.textContent ?? "";
    fill(head, { name, printed: t("record.printed", { time: dateTime(new Date()) }) });
    show(slot(head, "partial"), isPartial(article));
    writeSources(article);
  });
  addEventListener("afterprint", () => fill(head, { name: "", printed: "" }));
}
