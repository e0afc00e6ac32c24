/** Text of a fixed width. */

import type { Look } from '../../report/look.js';
import { asAscii, fitted, padded, plainText } from '../../report/plain-text.js';

export type Shown = Pick<Look, 'isAscii' | 'isColoured'>;

/** Cut or padded to the given width. */
export function cell(text: string, columns: number, { isAscii }: Shown): string {
  const plain = plainText(text);
  const cut = fitted(isAscii ? asAscii(plain) : plain, columns);
  return padded(isAscii ? asAscii(cut) : cut, columns);
}

/** The same, aligned to the right. */
export function rightCell(text: string, columns: number): string {
  return text.padStart(columns).slice(0, Math.max(0, columns));
}
