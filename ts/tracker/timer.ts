/** Timers for any length of time. */

/** Node fires a timer for more than this at once. */
const longestMs = 2 ** 31 - 1;

/**
 * Calls back once the time is over; never for 0 and for undefined. Returns a function that cancels
 * it.
 */
export function afterTimeout(timeoutMs: number | undefined, callback: () => void): () => void {
  if (!timeoutMs) return () => {};
  let leftMs = timeoutMs;
  let timer: NodeJS.Timeout;
  const wait = () => {
    const nextMs = Math.min(leftMs, longestMs);
    leftMs -= nextMs;
    timer = setTimeout(() => (leftMs > 0 ? wait() : callback()), nextMs);
  };
  wait();
  return () => clearTimeout(timer);
}
