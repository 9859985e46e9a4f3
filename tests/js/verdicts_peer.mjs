/** The browser's verdicts: on standard input [n, t, grants, denials, without] each, as one JSON array; on the output a JSON array. */
import { readFileSync } from "node:fs";

import { verdict } from "../../static/js/endpoint/verdicts.js";

const all = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(all.map(([n, t, grants, denials, without]) => verdict({ n, t }, { grants, denials, without }))));
