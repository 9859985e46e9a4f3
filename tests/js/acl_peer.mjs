/** The browser's decisions: cases on standard input, one JSON object a line; [decision, rule, reason] a line on the output. */
import { createInterface } from "node:readline";

import { decide } from "../../static/js/crypto/acl.js";

const answers = [];
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const { acl, member, request } = JSON.parse(line);
  const { decision, rule, reason } = decide(acl, member, request);
  answers.push(JSON.stringify([decision, rule, reason]));
}
process.stdout.write(`${answers.join("\n")}\n`);
