/** Keeps the lines below a command's output up to date. */
import { lookIn } from '../../report/look.js';
import type { Executed } from '../../tracker/execute.js';
import { sayBy } from '../write.js';

const shownAfterMs = 400;
const refreshMs = 100;

/** What ends soon ends without it. Returns what ends it. */
export function showInline(executed: Executed): void {
  let timer = setTimeout(begin, shownAfterMs);
  let isOver = false;
  sayBy((text) => executed.say(text));
  const end = () => {
    isOver = true;
    sayBy(undefined);
    clearTimeout(timer);
  };
  executed.result.then(end, end);

  async function begin() {
    const [{ blockLines }, { blockData }] = await Promise.all([
      import('../../ui/inline/block.js'),
      import('./block-data.js'),
    ]);
    const draw = () => {
      if (isOver) return;
      const size = executed.viewSize();
      const snapshot = executed.snapshot();
      if (!size) return;
      if (snapshot) {
        const data = blockData(snapshot);
        executed.show(blockLines(data, size.rows, lookIn(process.env, size.columns)));
      }
      timer = setTimeout(draw, refreshMs);
    };
    draw();
  }
}
