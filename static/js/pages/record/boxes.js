/** The boxes of the summary: what matters first, what was measured, everything else. @module */

import { turns } from "../../endpoint/turns.js";
import { panels, points } from "../../reader/results.js";
import { byId, fill, show, slot } from "../../ui/dom.js";
import { t } from "../../ui/messages.js";
import { trend } from "./chart.js";
import { eventsPanel } from "./events.js";
import { fit } from "./fit.js";
import { listPanel } from "./lists.js";
import { resultsPanel, vitalsPanel } from "./measured.js";

/** @typedef {import("./view.js").View} View */
/** @typedef {import("./lists.js").Panel} Panel */
/** @typedef {import("../../reader/results.js").Test} Test */

const FIRST = /** @type {const} */ (["allergy", "problem", "medication"]);
const EVENTS = ["immunisation", "procedure", "encounter", "other", "document", "coverage", "claim"];

/** @param {HTMLElement} article @param {string} kind */
const boxOf = (article, kind) => /** @type {HTMLElement} */ (article.querySelector(`[data-box="${kind}"]`));

/** @param {HTMLElement} box @param {Panel} panel @param {boolean} optional absent when it holds nothing */
function fillBox(box, { shown, total, nodes }, optional) {
  const count = shown < total ? t("find.some", { n: shown, of: total }) : shown ? `${shown}` : "";
  fill(box, { count, body: nodes });
  box.classList.toggle("box--filled", total > 0);
  show(box, !optional || nodes.length > 0);
}

/** @param {Test} test @param {boolean} [focus] somebody asked for it */
function showTrend(test, focus = true) {
  const { title, unit, nodes } = trend(test);
  byId("trend-title").textContent = title;
  fill(byId("trend"), { unit, chart: nodes });
  show(byId("trend"));
  if (focus) byId("trend-title").focus();
}

/**
 * One box after the other, from above, so that the page answers in between.
 * @param {HTMLElement} article shown, because boxes are fitted to the screen
 * @param {View} view
 * @param {() => boolean} isCurrent whether this view is still to be shown
 * @returns {Promise<[number, number] | null>} entries shown, and all that there are; null when another view took over
 */
export async function drawBoxes(article, view, isCurrent) {
  const pause = turns();
  /** @type {[number, number]} */
  const sum = [0, 0];
  for (const draw of steps(article, view)) {
    const { shown, total } = draw();
    sum[0] += shown;
    sum[1] += total;
    await pause();
    if (!isCurrent()) return null;
  }
  return sum;
}

/** @param {HTMLElement} article @param {View} view @returns {(() => Panel)[]} each draws a box */
function steps(article, view) {
  const into = (/** @type {string} */ kind, /** @type {Panel} */ panel) => {
    fillBox(boxOf(article, kind), panel, EVENTS.includes(kind));
    return panel;
  };
  /** @type {Test[]} */
  let lines = [];
  const listed = (/** @type {typeof FIRST[number]} */ kind) => {
    const panel = into(kind, listPanel(view, kind));
    fit(slot(boxOf(article, kind), "body"), panel.rows ?? []);
    return panel;
  };
  const results = () => {
    const panel = resultsPanel(view, showTrend);
    lines = panels(panel.tests).flatMap(({ tests }) => tests);
    return into("result", panel);
  };
  const vitals = () => {
    const panel = vitalsPanel(view, showTrend);
    drawTrend([...lines, ...panel.tests]);
    return into("vital", panel);
  };
  const first = FIRST.map((kind) => () => listed(kind));
  return [...first, results, vitals, ...EVENTS.map((kind) => () => into(kind, eventsPanel(view, kind)))];
}

/** The first of these that has a line to show. @param {Test[]} tests */
function drawTrend(tests) {
  const drawn = tests.find((test) => points(test).length > 1);
  if (drawn) showTrend(drawn, false);
  else show(byId("trend"), false);
}
