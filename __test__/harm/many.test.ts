import { sameScript } from '../helpers/script.js';

sameScript('five thousand short processes run', {
  run:
    '$under sh -c ' +
    "'i=0; while [ $i -lt 5000 ]; do /bin/true || exit 1; i=$((i+1)); done; echo $i'; echo $?",
  prints: '5000\n0\n',
});
