/** Finding a professional, and going on to share with them. @module */
import { byId } from "../ui/dom.js";
import { startPage } from "../ui/page.js";
import { mountFinder } from "./shared/find-provider.js";

await startPage(() => mountFinder(byId("find")), { needs: "session", role: "owner" });
