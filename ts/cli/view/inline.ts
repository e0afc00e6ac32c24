/** Refreshes the lines below the output of commands. */
import { lookIn } from '../../report/look.js';
import type { Execution } from '../../tracker/native/execution.js';
import type { BlockData } from '../../ui/inline/block.js';
import { routeMessages } from '../write.js';

const shownAfterMs = 400;
const refreshMs = 100;

type Shown = Pick<Execution, 'show' | 'viewSize' | 'say'>;

/** What to show now; undefined where nothing is known. */
type Look = () => BlockData | undefined;

/** Loads nothing for a command that ends soon. Returns a function that ends the display. */
export function showInline(shown: Shown, load: () => Promise<Look>): () => void {
  let timer = setTimeout(begin, shownAfterMs);
  let isOver = false;
  routeMessages((text) => shown.say(text));
  return () => {
    isOver = true;
    routeMessages(undefined);
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
