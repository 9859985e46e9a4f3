/** Stylesheets in which left and right became start and end. */
import assert from "node:assert/strict";
import test from "node:test";

import { logical } from "../../static/logical.mjs";

const CASES = [
  ["a{margin-left:4px;padding-right:0 !important}", "a{margin-inline-start:4px;padding-inline-end:0 !important}"],
  ["a{left:0;right:auto}", "a{inset-inline-start:0;inset-inline-end:auto}"],
  ["a{border-left:1px solid red;border-right-color:red}", "a{border-inline-start:1px solid red;border-inline-end-color:red}"],
  ["a{border-top-left-radius:4px}", "a{border-start-start-radius:4px}"],
  ["a{border-radius:6px 0 0 5px}", "a{border-start-start-radius:6px;border-start-end-radius:0;border-end-end-radius:0;border-end-start-radius:5px}"],
  ["a{text-align:right;float:left}", "a{text-align:end;float:inline-start}"],
  ["a{padding:1px 2px 3px 4px}", "a{padding-block:1px 3px;padding-inline:4px 2px}"],
  ["a{margin:0 calc(1px + (2px * 2)) 0 var(--x, 4px) !important}", "a{margin-block:0 !important;margin-inline:var(--x, 4px) calc(1px + (2px * 2)) !important}"],
  ["a{border-width:1px 0 1px 2px}", "a{border-block-width:1px;border-inline-width:2px 0}"],
  ["@media print{a{left:1px}b{right:2px}}", "@media print{a{inset-inline-start:1px}b{inset-inline-end:2px}}"],
  ["a{left:max(16px, calc(16px + env(safe-area-inset-left)))}", "a{inset-inline-start:max(16px, calc(16px + env(safe-area-inset-left)))}"],
];

test("sides become start and end", () => {
  for (const [given, wanted] of CASES) assert.equal(logical(given), wanted);
});

const SAME = [
  "a{margin:0 4px 0 4px;padding:1px 2px;border-radius:11px 11px 0 0}",
  "a{left:50%;transform:translate(-50%, -50%)}",
  "a{border-width:0 3px 3px 0;border-left-color:red;transform:rotate(45deg)}",
  "a{text-align:center;text-align:match-parent;float:none}",
  '.left,[data-side="right"]{color:red}',
  "a{--left:1px;transition:left 1s}",
  'a::before{content:"left:0"}',
  "a:hover{color:red}",
  "",
];

test("what has no side stays as it is", () => {
  for (const css of SAME) assert.equal(logical(css), css);
});

test("a sheet that was turned already does not change again", () => {
  for (const [, wanted] of CASES) assert.equal(logical(wanted), wanted);
});
