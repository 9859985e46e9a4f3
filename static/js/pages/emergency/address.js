/** What an emergency card says. @module */

/**
 * The address where clinicians ask: this portal's, and the owner's opaque id. It holds no secret: what it opens
 * depends on her rule and on who asks.
 * @param {string} origin of the portal @param {string} member id
 * @returns {string}
 */
export function cardAddress(origin, member) {
  return new URL(`/emergency/${member}`, origin).href;
}
