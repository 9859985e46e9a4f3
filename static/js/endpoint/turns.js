/** Turns for the page while much is computed on it: it draws and answers in between. @module */

/** Longest stretch without a turn for others, in milliseconds. */
const STRETCH = 40;

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

/**
 * A pause to await in each round of a long loop; it costs nothing until enough time has passed.
 * @returns {() => Promise<void>}
 */
export function turns() {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < STRETCH) return;
    await pause();
    since = performance.now();
  };
}
