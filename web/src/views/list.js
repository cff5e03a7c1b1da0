// The experiments, newest first, and the form that queues one.
import { element, state, table } from '../dom.js';
import { duration, time } from '../format.js';
import { get } from '../api.js';
import { follow } from '../events.js';
import { experimentLink } from '../permalink.js';
import { queueForm } from './form.js';
import { actions, isActive, progressView } from './progress.js';

const pageSize = 50;

// context: {main, say, connection, signal}.
export async function showList({ main, say, connection, signal }) {
  let items = [];
  let next = null;
  let followed = null;
  const listNode = element('div', { class: 'experiments' });
  const form = queueForm({
    signal,
    queued: (experiment) => {
      location.hash = experimentLink(experiment.id);
    },
  });
  const formNode = element('details', { class: 'queue' }, element('summary', {}, 'Queue an experiment'), form.node);

  const redraw = () => {
    const columns = [
      { label: 'No.', number: true, cell: (item) => element('a', { href: experimentLink(item.id) }, String(item.id)) },
      {
        label: 'Name',
        cell: (item) => element('a', { class: 'name', href: experimentLink(item.id) }, item.name || '(no name)'),
      },
      { label: 'State', cell: (item) => element('span', {}, state(item.state), item.reason ? `: ${item.reason}` : '') },
      { label: 'Progress', cell: progressView },
      { label: 'Queued', cell: (item) => time(item.created_at) },
      { label: 'Takes', number: true, cell: (item) => duration(item.estimated_duration_s) },
      { label: 'Change', cell: (item) => actions(item, { say, done: () => load() }) },
    ];
    listNode.replaceChildren(
      items.length
        ? table('Experiments', columns, items)
        : element(
            'p',
            { class: 'empty' },
            'None yet. Queue the quick sweep below: it takes under a minute and shows every chart.',
          ),
      next === null ? '' : element('button', { type: 'button', onclick: () => older().catch(say) }, 'Show older ones'),
    );
  };
  const older = async () => {
    const page = await get(`experiments?limit=${pageSize}&cursor=${encodeURIComponent(next)}`, signal);
    items.push(...page.items);
    next = page.next;
    redraw();
  };
  const followActive = () => {
    const active = items.findLast(isActive);
    if (!active || active.id === followed) return;
    followed = active.id;
    const reload = () => {
      followed = null;
      load();
    };
    follow(
      `experiments/${active.id}/events`,
      {
        run: () => {},
        progress: ({ experiment_id: id, state: now, ...progress }) => {
          items = items.map((item) => (item.id === id ? { ...item, state: now, progress } : item));
          redraw();
        },
        end: reload,
        deleted: reload,
        connection,
      },
      signal,
    );
  };
  const load = async () => {
    try {
      const page = await get(`experiments?limit=${pageSize}`, signal);
      items = page.items;
      next = page.next;
      redraw();
      followActive();
      say(null);
    } catch (error) {
      if (!signal.aborted) say(error);
    }
  };

  main.replaceChildren(element('h1', { tabindex: '-1' }, 'Experiments'), listNode, formNode);
  await load();
  formNode.open = items.length === 0;
  // Others queue experiments too; nothing tells an idle page of it, so it looks again when it is looked at.
  document.addEventListener(
    'visibilitychange',
    () => {
      if (!document.hidden) load();
    },
    { signal },
  );
}
