/** Keeps the lines below the output of commands up to date. */
import { lookIn } from '../../report/look.js';
import type { Execution } from '../../tracker/native/execution.js';
import type { BlockData } from '../../ui/inline/block.js';
import { sayBy } from '../write.js';

const shownAfterMs = 400;
const refreshMs = 100;

type Shown = Pick<Execution, 'show' | 'viewSize' | 'say'>;

/** Tells what is to be shown now; nothing where nothing is known. */
type Look = () => BlockData | undefined;

/** What ends soon ends before anything is loaded for it. Returns what ends it. */
export function showInline(shown: Shown, load: () => Promise<Look>): () => void {
  let timer = setTimeout(begin, shownAfterMs);
  let isOver = false;
  sayBy((text) => shown.say(text));
  return () => {
    isOver = true;
    sayBy(undefined);
    clearTimeout(timer);
  };

  async function begin() {
    const [{ blockLines }, look] = await Promise.all([import('../../ui/inline/block.js'), load()]);
    const draw = () => {
      if (isOver) return;
      const size = shown.viewSize();
      if (!size) return;
      const data = look();
      if (data) shown.show(blockLines(data, size.rows, lookIn(process.env, size.columns)));
      timer = setTimeout(draw, refreshMs);
    };
    draw();
  }
}
