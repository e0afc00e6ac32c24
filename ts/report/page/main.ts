/** The script of a page: renders the data that the page holds. */
import type { PageData } from './data.js';
import { element } from './dom.js';
import { processSection, taskSection } from './tables.js';
import { timelineSection } from './timeline.js';

const data = JSON.parse(document.getElementById('data')?.textContent ?? '') as PageData;

document.title = `${data.title} · memtop`;
const report = document.getElementById('report');
// The plot is drawn to its width, so it must be in the document first.
const timeline = timelineSection(data);
report?.replaceChildren(
  heading(),
  ...(data.timeline ? [timeline.section] : []),
  ...(data.tasks.length > 0 ? [taskSection(data.tasks)] : []),
  ...(data.processes.length > 0 ? [processSection(data.processes, data.groups)] : []),
  ...(data.warnings.length > 0 ? [warnings()] : []),
  element('footer', {}, data.about),
);
timeline.draw();

function heading(): HTMLElement {
  const { title, command, sentence, ending, hasFailed, facts } = data;
  return element(
    'header',
    {},
    element('p', { class: 'name' }, 'memtop'),
    element('h1', {}, title),
    ...(command === title ? [] : [element('p', { class: 'command' }, command)]),
    element('p', { class: 'headline' }, upperFirst(sentence)),
    ...(ending === undefined
      ? []
      : [element('p', { class: hasFailed ? 'ending failed' : 'ending' }, upperFirst(ending))]),
    element(
      'dl',
      {},
      ...facts.map(({ label, text }) =>
        element('div', {}, element('dt', {}, label), element('dd', {}, text)),
      ),
    ),
  );
}

function warnings(): HTMLElement {
  return element(
    'section',
    {},
    element('h2', {}, 'Warnings'),
    element('ul', {}, ...data.warnings.map((text) => element('li', {}, text))),
  );
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
