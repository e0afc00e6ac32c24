/** The table of keys in docs/config.md, made from the flags. */
import { configKeyOf, type Flag, isNegative } from '../flags/flag.js';

const start = '<!-- Generated from the flags by `npm run generate`. -->\n';
const end = '<!-- The end of what is generated. -->\n';

/** The page, with its table made anew. */
export function withKeyTable(page: string, flags: readonly Flag[]): string {
  const [before, rest = ''] = page.split(start);
  const [, after] = rest.split(end);
  if (after === undefined) throw new Error('docs/config.md marks no place for the table of keys');
  return [before, start, keyTable(flags), end, after].join('');
}

function keyTable(flags: readonly Flag[]): string {
  const byKey = new Map<string, Flag[]>();
  for (const flag of flags) {
    const key = configKeyOf(flag);
    byKey.set(key, [...(byKey.get(key) ?? []), flag]);
  }
  const rows = [...byKey].map(([key, [flag, toggle]]) => {
    const values = [flag, toggle].flatMap((one) => (one ? valuesOf(one) : []));
    const summary = flag?.summary.replace('; can be repeated', '');
    return `| \`${key}\` | ${values.join(', ')} | ${summary} |\n`;
  });
  return ['| key | value | the flag: what it does |\n', '| --- | --- | --- |\n', ...rows].join('');
}

function valuesOf(flag: Flag): string[] {
  if (flag.value === undefined) return [isNegative(flag) ? '`false`' : '`true`'];
  const values = flag.value.split('|').map((value) => `\`${value}\``);
  return 'isRepeatable' in flag ? [...values, 'or an array'] : values;
}
