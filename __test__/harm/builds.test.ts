import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lack } from '../helpers/needs.js';
import { fixture } from '../helpers/processes.js';
import { sameScript } from '../helpers/script.js';

/** gcc can be there without the sanitizer's library. */
function unlessAddressSanitizer(): Lack | undefined {
  const { stdout } = spawnSync('gcc', ['-print-file-name=libasan.so'], { encoding: 'utf8' });
  // Without the library gcc repeats the bare name.
  const lack = { need: 'libasan', why: 'gcc has no address sanitizer' };
  return stdout?.includes('/') ? undefined : lack;
}

sameScript(
  'the sanitizer of a program reports its leaks',
  {
    run: `gcc -g -fsanitize=address -o leak "${fixture('leak.c')}" && $under ./leak; echo $?`,
    prints: /^[1-9]\d*\n$/,
    normalized: (text) => text.replaceAll(/==\d+==|0x[0-9a-f]+/g, 'N'),
  },
  { needs: ['gcc'], unless: unlessAddressSanitizer() },
);

function writeMakefiles(folder: string): void {
  mkdirSync(join(folder, 'inner'));
  // Each target waits for the other, which takes two jobs at a time.
  const each = (mine: string, other: string) =>
    `${mine}:\n\t@mkfifo -m 600 ${mine}.fifo; echo $@ >> ../made; touch ${mine}.up\n` +
    `\t@until test -e ${other}.up; do :; done\n`;
  const inner = `all: a b\n${each('a', 'b')}${each('b', 'a')}`;
  writeFileSync(join(folder, 'inner/Makefile'), inner);
  const outer = 'all:\n\t+$(MAKE) -C inner\n\t+$(UNDER) $(MAKE) -C inner fail\n';
  writeFileSync(join(folder, 'Makefile'), outer);
}

sameScript(
  'a make inside of make shares its jobs',
  {
    // The target that is missing makes the outer make fail in the end.
    run: "$under make --no-print-directory -j2 UNDER='$under'; echo $?; sort made",
    files: writeMakefiles,
    prints: /\n2\na\nb\n$/,
    normalized: (text) =>
      text.replaceAll(/"[^"]*" /g, '').replaceAll(/(?<=\t|^)--(quiet|json|cgroup).*-- /gm, ''),
  },
  { needs: ['make'] },
);
