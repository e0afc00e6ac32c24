import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { temporaryFolder } from '../helpers/folder.js';
import { cliPath, Running } from '../helpers/processes.js';

/** Runs a shell script in which `$memtop` stands for a quiet memtop. */
function shell(script: string, cwd: string) {
  const memtop = `"${process.execPath}" "${cliPath}" -q`;
  return new Running('bash', ['-c', script.replaceAll('$memtop', memtop)], { cwd }).finished();
}

test('a file that the shell has opened reaches the command', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'input'), 'through 3\n');
  const { stdout } = await shell("$memtop -- bash -c 'cat <&3; cat <&12' 3<input 12<input", folder);
  t.is(stdout.toString(), 'through 3\nthrough 3\n');
});

test('a pipe that the parent has, too, reaches the command', async (t) => {
  const script = `exec 4< <(echo through 4); $memtop -- sh -c 'cat <&4'; true`;
  t.is((await shell(script, temporaryFolder(t))).stdout.toString(), 'through 4\n');
});

test('a copy of a standard stream reaches the command', async (t) => {
  const { stdout } = await shell(
    "$memtop -- sh -c 'echo through 5 >&5' 5>&1 | cat",
    temporaryFolder(t),
  );
  t.is(stdout.toString(), 'through 5\n');
});

test('the command has no descriptor of memtop’s or of Node’s', async (t) => {
  const list = 'ls -l /proc/self/fd | sed -n "s/.* \\([0-9]*\\) -> /\\1 /p" | grep -v /proc/';
  const folder = temporaryFolder(t);
  const bare = await shell(`sh -c '${list}'`, folder);
  const under = await shell(`$memtop --json result.json -- sh -c '${list}'`, folder);
  const numbers = (output: Buffer) => output.toString().match(/^\d+/gm);
  t.deepEqual(numbers(under.stdout), numbers(bare.stdout), under.stdout.toString());
});

test('a make inside of make keeps its jobserver', async (t) => {
  const folder = temporaryFolder(t);
  const inner = 'all: a b\na b:\n\t@echo $@\n';
  writeFileSync(join(folder, 'inner.mk'), inner);
  writeFileSync(join(folder, 'Makefile'), 'all:\n\t+@$(MEMTOP) -- $(MAKE) -f inner.mk\n');
  const { stdout, stderr } = await shell("make -s -j2 MEMTOP='$memtop'", folder);
  t.is(stdout.toString().split('\n').sort().join(), ',a,b');
  t.false(stderr.includes('jobserver'), stderr);
});
