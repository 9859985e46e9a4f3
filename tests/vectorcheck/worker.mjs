/** The Worker: runs the same runner as Node on the same bundle. */
import * as kernel from "/js/crypto/index.js";
import { checkFile, summary } from "./runner.mjs";

/** @param {string} name @returns {Promise<{line: string, failures: string[]}>} */
async function check(name) {
  const response = await fetch(`/vectors/${encodeURIComponent(name)}`);
  if (!response.ok) throw new Error(`${name}: HTTP ${response.status}`);
  const report = await checkFile(name, await response.text(), kernel);
  return { line: summary("chromium", name, report), failures: report.failures };
}

self.onmessage = async ({ data }) => {
  try {
    self.postMessage(await check(data));
  } catch (error) {
    self.postMessage({ line: "", failures: [`${data}: ${error.message}`] });
  }
};
