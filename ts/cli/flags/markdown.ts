import { file } from './file.js';

export const markdown = file('markdown', 'write a summary for a pull request or a job there');
