/** What the browser itself can and cannot do just now: protected connection, age, network. @module */

import { byId, show } from "./dom.js";

/** @returns {boolean} whether this browser can lock and unlock; if not, its banner says why */
export function mountBanners() {
  const offline = () => show(byId("banner-offline"), !navigator.onLine);
  addEventListener("online", offline);
  addEventListener("offline", offline);
  offline();
  return able();
}

/** @returns {boolean} */
function able() {
  const secure = globalThis.isSecureContext && globalThis.crypto?.subtle !== undefined;
  const young = "BroadcastChannel" in globalThis && "locks" in navigator && "indexedDB" in globalThis;
  show(byId("banner-insecure"), !secure);
  show(byId("banner-old"), secure && !young);
  return secure && young;
}
