/**
 * The width of text that may be coloured. In the bundle it replaces the package of this name that
 * Ink imports: text then has the same width everywhere in memtop, and that package takes 30 ms to
 * load.
 */
import { stripVTControlCharacters } from 'node:util';
import { widthOf } from '../../report/plain-text.js';

export default function stringWidth(text: string): number {
  return widthOf(stripVTControlCharacters(text));
}
