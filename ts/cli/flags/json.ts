import { file } from './file.js';

export const json = file(
  'json',
  "write the result there; '-' is standard output, after the command's own",
);
