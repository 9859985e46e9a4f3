/** The emergency card: drawn on this device, printed from it. @module */
import { fill, onAction } from "../ui/dom.js";
import { t } from "../ui/messages.js";
import { startPage } from "../ui/page.js";
import { qr } from "../ui/qr.js";
import { cardAddress } from "./emergency/address.js";

void startPage(({ root, session }) => {
  const address = cardAddress(location.origin, session.me.id);
  fill(root, { name: session.me.name, code: qr(address, t("card.code")), address });
  onAction(root, { print: () => print() });
}, { needs: "session", role: "owner" });
