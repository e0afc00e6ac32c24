import { file } from './file.js';

export const csv = file('csv', 'write the memory over time there, with a column for each task');
