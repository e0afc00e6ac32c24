/** Import circles in ts/, also through dynamic imports and imports of types. */
import { readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { sourcesIn, usesIn } from './arrows.js';

/** Each as the files along it, from the root of the repository. */
export function importCircles(root: string): string[][] {
  const imports = importsIn(root);
  const circles: string[][] = [];
  for (;;) {
    dropWhatLeadsNowhere(imports);
    const [start] = imports.keys();
    if (start === undefined) return circles;
    const circle = circleBehind(start, imports);
    circles.push(circle);
    for (const file of circle) imports.delete(file);
  }
}

/** What each file imports of the others. */
function importsIn(root: string): Map<string, readonly string[]> {
  const files = new Set(sourcesIn(join(root, 'ts')).map((file) => relative(root, file)));
  const sourceOf = (path: string) =>
    ['.ts', '.tsx', '.cts'].map((ending) => path.replace(/\.c?js$/, ending)).find(isSource);
  const isSource = (path: string) => files.has(path);
  return new Map(
    [...files].map((file) => {
      const uses = usesIn(readFileSync(join(root, file), 'utf8'));
      const paths = uses.map(({ path }) => sourceOf(normalize(join(dirname(file), path))));
      return [file, paths.filter((path) => path !== undefined)];
    }),
  );
}

/** Leaves files on circles, and those from which a way leads to one. */
function dropWhatLeadsNowhere(imports: Map<string, readonly string[]>): void {
  let before: number;
  do {
    before = imports.size;
    for (const [file, paths] of imports) {
      if (!paths.some((path) => imports.has(path))) imports.delete(file);
    }
  } while (imports.size < before);
}

/** Follows imports until a file comes up a second time. */
function circleBehind(start: string, imports: ReadonlyMap<string, readonly string[]>): string[] {
  const way: string[] = [];
  let file: string | undefined = start;
  while (file !== undefined && !way.includes(file)) {
    way.push(file);
    file = imports.get(file)?.find((path) => imports.has(path));
  }
  return way.slice(way.indexOf(file ?? start));
}
