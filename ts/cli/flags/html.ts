import { file } from './file.js';

export const html = file('html', 'write a page there that a browser shows, without a network');
