/** Refreshes the lines below the output of commands. */
import { lookIn } from '../../report/look.js';
import type { Execution } from '../../tracker/native/execution.js';
import { type BlockData, blockLines } from '../../ui/inline/block.js';
import { routeMessages } from '../write.js';

const shownAfterMs = 400;
const refreshMs = 100;

type Shown = Pick<Execution, 'show' | 'viewSize' | 'say'>;

/** What to show now; undefined where nothing is known. */
type Look = () => BlockData | undefined;

/** Draws nothing for a command that ends soon. Returns a function that ends the display. */
export function showInline(shown: Shown, look: Look): () => void {
  let timer = setTimeout(draw, shownAfterMs);
  routeMessages((text) => shown.say(text));
  return () => {
    routeMessages(undefined);
    clearTimeout(timer);
  };

  function draw() {
    const size = shown.viewSize();
    if (!size) return;
    const data = look();
    if (data) shown.show(blockLines(data, size.rows, lookIn(process.env, size.columns)));
    timer = setTimeout(draw, refreshMs);
  }
}
