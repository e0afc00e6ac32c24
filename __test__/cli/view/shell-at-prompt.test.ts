import test from 'ava';
import { isShellAtPrompt } from '../../../ts/cli/view/shell-at-prompt.js';

for (const line of [
  'bash',
  '/bin/bash --norc',
  'bash -l',
  'bash --rcfile rc -i',
  '-bash',
  'bash -o vi',
  'zsh -f',
  'fish',
  'sh',
  'bash -ic make',
  'bash -i script.sh',
  'su',
  'su - builder',
  'sudo -i',
  'sudo -u builder -s',
]) {
  test(`${line} asks for commands`, (t) => {
    t.true(isShellAtPrompt(line.split(' ')));
  });
}

for (const line of [
  'bash -c make',
  'sh -ec make',
  'bash -lc make',
  'bash script.sh -i',
  'bash -o pipefail script.sh',
  'sh ./configure',
  'su builder -c make',
  'sudo make -i',
  'npm run bash',
  'bash --version script',
]) {
  test(`${line} does not`, (t) => {
    t.false(isShellAtPrompt(line.split(' ')));
  });
}
