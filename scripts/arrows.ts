/** Which parts of the code use which, by the code and by docs/architecture.md. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative, sep } from 'node:path';

/** One room uses another, at one place. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  /** The file, from the root of the repository. */
  readonly file: string;
  readonly isOfTypes: boolean;
}

/** What a room may use, by name, and whether only its types. */
export type Allowed = ReadonlyMap<string, ReadonlyMap<string, { readonly typesOnly: boolean }>>;

const heading = '| room | what is there | may use |';

/** The table of rooms in docs/architecture.md. */
export function allowedArrows(page: string): Allowed {
  const [, table] = page.split(`${heading}\n`);
  if (table === undefined) throw new Error(`docs/architecture.md has no table ${heading}`);
  const rows = table.split('\n').slice(1);
  const end = rows.findIndex((row) => !row.startsWith('|'));
  const allowed = new Map<string, ReadonlyMap<string, { typesOnly: boolean }>>();
  for (const row of end < 0 ? rows.filter((row) => row !== '') : rows.slice(0, end)) {
    const [room = '', , uses = ''] = row
      .split('|')
      .slice(1)
      .map((cell) => cell.trim());
    allowed.set(room.replaceAll('`', ''), usesOf(uses));
  }
  return allowed;
}

function usesOf(cell: string): ReadonlyMap<string, { typesOnly: boolean }> {
  const names = cell === 'nothing' ? [] : cell.split(', ');
  return new Map(
    names.map((name) => {
      const typesOnly = name.endsWith(' (types)');
      return [name.replace(' (types)', '').replaceAll('`', ''), { typesOnly }];
    }),
  );
}

/** All arrows between folders of ts/, whose single files are rooms of their own. */
export function arrowsOfTypeScript(root: string): Arrow[] {
  const files = sourcesIn(join(root, 'ts')).map((file) => relative(root, file));
  return files.flatMap((file) => arrowsOfFile(root, file));
}

export function sourcesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sourcesIn(path);
    return /\.(ts|tsx|cts)$/.test(name) ? [path] : [];
  });
}

function arrowsOfFile(root: string, file: string): Arrow[] {
  const from = roomOf(file);
  const text = readFileSync(join(root, file), 'utf8');
  return usesIn(text).flatMap(({ path, isOfTypes }) => {
    const to = roomOf(normalize(join(dirname(file), path)));
    return to === from ? [] : [{ from, to, file, isOfTypes }];
  });
}

/** `import … from '…'`, `export … from '…'` and `import '…'`, as the formatter writes them. */
const statement = /^(?:import|export) (?:([^;']*?) from )?'(\.[^']+)';$/gm;
/** `import('…')`, and `import('…').Name`, which is a type. */
const expression = /\bimport\('(\.[^']+)'\)(\.[A-Z])?/g;

/** The modules of memtop's own that a file names. */
export function usesIn(text: string): { path: string; isOfTypes: boolean }[] {
  const statements = [...text.matchAll(statement)].map(([, names = '', path = '']) => ({
    path,
    isOfTypes: namesTypesOnly(names),
  }));
  const expressions = [...text.matchAll(expression)].map(([, path = '', type]) => ({
    path,
    isOfTypes: type !== undefined,
  }));
  return [...statements, ...expressions];
}

function namesTypesOnly(names: string): boolean {
  if (names.startsWith('type ')) return true;
  const [, list] = /^\{([^}]*)\}$/.exec(names) ?? [];
  const all = list?.split(',').map((name) => name.trim());
  return all?.every((name) => name === '' || name.startsWith('type ')) ?? false;
}

/** `ts/report` of `ts/report/text.ts`, and `ts/errors.ts` of itself, however it is named. */
function roomOf(file: string): string {
  const [first, second = '', ...rest] = file.split(sep);
  if (rest.length > 0) return `${first}/${second}`;
  return `${first}/${second.replace(/\.(c?js|jsx|tsx)$/, '.ts')}`;
}

/** Violations of the table, in words. */
export function problemsOf(arrows: readonly Arrow[], allowed: Allowed): string[] {
  const problems = new Set<string>();
  for (const { from, to, file, isOfTypes } of arrows) {
    const uses = allowed.get(from);
    if (uses === undefined) {
      problems.add(`${from} is not among the rooms of docs/architecture.md`);
      continue;
    }
    const use = uses.get(to);
    if (use === undefined) problems.add(`${file}: ${from} may not use ${to}`);
    else if (use.typesOnly && !isOfTypes) {
      problems.add(`${file}: ${from} may use the types of ${to} only`);
    }
  }
  return [...problems, ...unusedIn(arrows, allowed)];
}

/** An arrow that the table allows without need would soon be used by mistake. */
function unusedIn(arrows: readonly Arrow[], allowed: Allowed): string[] {
  const used = new Set(arrows.map(({ from, to }) => `${from} ${to}`));
  const withValues = new Set(
    arrows.filter(({ isOfTypes }) => !isOfTypes).map(({ from, to }) => `${from} ${to}`),
  );
  const problems: string[] = [];
  for (const [from, uses] of allowed) {
    for (const [to, { typesOnly }] of uses) {
      if (!used.has(`${from} ${to}`)) problems.push(`${from} does not use ${to}`);
      else if (!typesOnly && !withValues.has(`${from} ${to}`)) {
        problems.push(`${from} uses only the types of ${to}`);
      }
    }
  }
  return problems;
}
