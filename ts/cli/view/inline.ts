/** Keeps the lines below the output of commands up to date. */
import { lookIn } from '../../report/look.js';
import type { Execution } from '../../tracker/execution.js';
import type { BlockData } from '../../ui/inline/block.js';
import { sayBy } from '../write.js';

const shownAfterMs = 400;
const refreshMs = 100;

type Shown = Pick<Execution, 'show' | 'viewSize' | 'say'>;

/** How what is told becomes what is shown, loaded once something is. */
type Blocks = typeof import('./block-data.js');

/** What ends soon ends without it. Returns what ends it. */
export function showInline(
  shown: Shown,
  look: (blocks: Blocks) => BlockData | undefined,
): () => void {
  let timer = setTimeout(begin, shownAfterMs);
  let isOver = false;
  sayBy((text) => shown.say(text));
  return () => {
    isOver = true;
    sayBy(undefined);
    clearTimeout(timer);
  };

  async function begin() {
    const [{ blockLines }, blocks] = await Promise.all([
      import('../../ui/inline/block.js'),
      import('./block-data.js'),
    ]);
    const draw = () => {
      if (isOver) return;
      const size = shown.viewSize();
      if (!size) return;
      const data = look(blocks);
      if (data) shown.show(blockLines(data, size.rows, lookIn(process.env, size.columns)));
      timer = setTimeout(draw, refreshMs);
    };
    draw();
  }
}
