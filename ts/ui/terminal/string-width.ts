/**
 * How many columns a text takes that may be coloured. In what is bundled it stands in for the package
 * of this name, which Ink asks for: one text then has one width wherever memtop lays it out, and that
 * package takes 30 ms to load.
 */
import { stripVTControlCharacters } from 'node:util';
import { widthOf } from '../../report/plain-text.js';

export default function stringWidth(text: string): number {
  return widthOf(stripVTControlCharacters(text));
}
