/** How to raise V8's heap limit after a heap ran full. */

const MB = 1024 ** 2;
/** The rest of the machine's memory is for everything else. */
const largestShare = 0.75;
const step = 256;

/** Twice the limit, as far as the machine allows. */
export function heapAdvice(limitBytes: number | undefined, machineBytes: number): string {
  const option = '--max-old-space-size';
  if (limitBytes === undefined) {
    return `Raise it with ${option}, in MB, in NODE_OPTIONS, if the machine has it.`;
  }
  const limit = Math.ceil(limitBytes / MB);
  const most = Math.floor((machineBytes * largestShare) / MB / step) * step;
  const proposed = Math.min(2 * limit, most);
  return proposed > limit
    ? `Raise it with ${option}=${proposed} in NODE_OPTIONS, if the machine has it.`
    : 'The machine has no room for a larger one: make it need less.';
}
