/** Turns for whoever waits while much is computed on a page. @module */

/**
 * Let the page answer: a press, a picture. No timer, because those of hidden tabs come once a second.
 * @returns {Promise<void>}
 */
export function pause() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => { port1.close(); resolve(); };
    port2.postMessage(null);
  });
}
