// The experiments, newest first, updated as those of any client are queued, progress and end; and the form that queues one.
import { element, state, table } from '../dom.js';
import { time } from '../format.js';
import { get } from '../api.js';
import { follow } from '../events.js';
import { experimentLink, tagLink } from '../permalink.js';
import { queueForm } from './form.js';
import { actions, isActive, progressView, takesText } from './progress.js';

const pageSize = 50;

// context: {main, say, connection, signal}.
// target.tag: shows only experiments with this tag. target.unknown: an address that led here although the page does not have it.
export async function showList({ tag, unknown }, { main, say, connection, signal }) {
  const path = `experiments?limit=${pageSize}${tag ? `&${new URLSearchParams({ tag })}` : ''}`;
  const items = new Map(); // id -> the experiment and its actions
  let next = null;
  let loaded = false;
  /** @type {(value?: any) => void} */
  let read = () => {};
  const listNode = element('div', { class: 'experiments' });
  const form = queueForm({
    signal,
    queued: (experiment) => {
      location.hash = experimentLink(experiment.id);
    },
  });
  const formNode = element('details', { class: 'queue' }, element('summary', {}, 'Queue an experiment'), form.node);

  // The actions of an experiment keep their node until they change: a question that was asked there stays open while others
  // are updated.
  const put = (experiment) => {
    const before = items.get(experiment.id);
    const same =
      before &&
      isActive(before.experiment) === isActive(experiment) &&
      before.experiment.name === experiment.name &&
      before.experiment.pinned === experiment.pinned;
    items.set(experiment.id, {
      experiment,
      actions: same ? before.actions : actions(experiment, { say, done: () => {} }),
    });
  };
  const columns = [
    {
      label: 'No.',
      number: true,
      cell: ({ experiment: { id } }) => element('a', { href: experimentLink(id) }, String(id)),
    },
    {
      label: 'Name',
      cell: ({ experiment: { id, name, tags } }) =>
        element(
          'span',
          {},
          element('a', { class: 'name', href: experimentLink(id) }, name || '(no name)'),
          element(
            'span',
            { class: 'tags' },
            tags.map((one) => element('a', { href: tagLink(one) }, one)),
          ),
        ),
    },
    {
      label: 'State',
      cell: ({ experiment }) =>
        element(
          'div',
          { class: 'state-of' },
          state(experiment.state),
          experiment.reason ? `: ${experiment.reason}` : '',
        ),
    },
    { label: 'Progress', cell: ({ experiment }) => progressView(experiment) },
    { label: 'Queued', cell: ({ experiment }) => time(experiment.created_at) },
    { label: 'Takes', number: true, cell: ({ experiment }) => takesText(experiment) },
    { label: 'Change', cell: (item) => item.actions },
  ];
  const redraw = () => {
    const focused = /** @type {HTMLElement} */ (document.activeElement);
    const shown = [...items.values()].sort((a, b) => b.experiment.id - a.experiment.id);
    listNode.replaceChildren(
      shown.length
        ? table('Experiments', columns, shown)
        : element(
            'p',
            { class: 'empty' },
            tag
              ? 'No experiment has this tag.'
              : 'None yet. Queue the quick sweep below: it takes under a minute and shows every chart.',
          ),
      next === null ? '' : element('button', { type: 'button', onclick: () => older().catch(say) }, 'Show older ones'),
    );
    if (focused !== document.activeElement && focused?.isConnected) focused.focus({ preventScroll: true });
  };
  let asked = false;
  const changed = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      if (!signal.aborted) redraw();
    });
  };
  const older = async () => {
    const page = await get(`${path}&cursor=${encodeURIComponent(next)}`, signal);
    page.items.forEach(put);
    next = page.next;
    redraw();
  };
  const load = async () => {
    try {
      const page = await get(path, signal);
      for (const id of items.keys()) if (!page.items.some((item) => item.id === id)) items.delete(id);
      page.items.forEach(put);
      next = page.next;
      if (!loaded && items.size === 0) formNode.open = true;
      loaded = true;
      redraw();
      say(null);
    } catch (error) {
      if (!signal.aborted) say(error);
    }
    read();
  };
  const handlers = {
    experiment: (experiment) => {
      if (tag && !experiment.tags.includes(tag)) items.delete(experiment.id);
      else put(experiment);
      changed();
    },
    progress: ({ experiment_id: id, state: now, ...progress }) => {
      const known = items.get(id);
      if (known) put({ ...known.experiment, state: now, progress });
      changed();
    },
    deleted: ({ experiment_id: id }) => {
      items.delete(id);
      changed();
    },
  };

  main.replaceChildren(element('h1', { tabindex: '-1' }, tag ? `Experiments tagged “${tag}”` : 'Experiments'),
    tag ? element('p', {}, element('a', { href: '#/' }, 'All experiments')) : '',
    unknown
      ? element(
          'p',
          { class: 'field-error', role: 'alert' },
          `“${unknown}” is no address of this page. These are the experiments.`,
        )
      : '',
    listNode, formNode);
  // The list is read each time the stream has connected, so that no change is lost between the two.
  const first = new Promise((resolve) => {
    read = resolve;
  });
  follow(
    'events',
    {
      handlers,
      connection: (up, refused) => {
        connection(up, refused);
        if (up || !loaded) load(); // without a stream, as when all are in use, the list is shown all the same
      },
    },
    signal,
  );
  await first;
}
