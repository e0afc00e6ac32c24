import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import test from 'ava';
import { packageRoot } from '../../ts/package.js';

const folders = ['.', 'docs', 'bench'];
const pages = folders.flatMap((folder) =>
  readdirSync(join(packageRoot, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(packageRoot, folder, name)),
);

/** Without code blocks: their brackets and hashes are neither links nor headings. */
function proseOf(page: string): string {
  return readFileSync(page, 'utf8').replaceAll(/^( *)```.*?^\1```$/gms, '');
}

/** The anchors that GitHub gives to the headings of a page. */
function anchorsIn(page: string): Set<string> {
  const headings = [...proseOf(page).matchAll(/^#+ (.+)$/gm)];
  return new Set(
    headings.map(([, text = '']) =>
      text
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

for (const page of pages) {
  test(`every link in ${relative(packageRoot, page)} leads to a file and a heading`, (t) => {
    const links = [...proseOf(page).matchAll(/\]\((?!https?:)([^)\s#]*)(?:#([^)\s]+))?\)/g)];
    for (const [link, path = '', anchor] of links) {
      const target = path === '' ? page : join(dirname(page), path);
      t.true(existsSync(target), link);
      if (anchor !== undefined) t.true(anchorsIn(target).has(anchor), link);
    }
    t.pass();
  });
}

test('every file of the sources that a page names is there', (t) => {
  const named = pages.flatMap((page) =>
    [...proseOf(page).matchAll(/`((?:crates|ts|__test__|scripts|bench)\/[\w./-]+)`/g)].map(
      ([, path = '']) => path,
    ),
  );
  t.true(named.length > 0);
  const missing = named.filter((path) => !existsSync(join(packageRoot, path)));
  t.deepEqual(missing, []);
});
