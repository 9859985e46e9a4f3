/** Pages that only show: header, banners, nothing else. @module */

import { startPage } from "../ui/page.js";

await startPage(() => undefined, { needs: "nothing" });
