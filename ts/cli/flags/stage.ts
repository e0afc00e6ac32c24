import { notAnExpression } from '../../attribution/expression.js';
import type { StageRule } from '../../attribution/rule.js';
import { UsageError } from '../usage-error.js';
import type { Valued } from './flag.js';

export const stage: Valued<StageRule> = {
  name: 'stage',
  value: 'NAME=REGEX',
  summary: 'a stage: while a command line matches; repeat it, the first of several counts',
  read(text) {
    const [, name, argv] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
    if (name === undefined || argv === undefined) {
      throw new UsageError('must be a name and a regular expression, as in compile=tsc');
    }
    const problem = notAnExpression(argv);
    if (problem !== undefined) throw new UsageError(`is not a regular expression: ${problem}`);
    return { name, argv };
  },
};
