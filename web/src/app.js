// Three views: the experiments (#/), one of them (#/experiments/ID?…), and how it works (#/how).
import { element } from './dom.js';
import { parseRoute } from './permalink.js';
import { ExperimentView } from './views/experiment.js';
import { showHow } from './views/how.js';
import { showList } from './views/list.js';

const main = document.querySelector('#main');
const notice = document.querySelector('#notice');
let ending = new AbortController();
let shown = null;

function say(error) {
  notice.hidden = !error;
  notice.textContent = error ? error.message : '';
}

const connection = (up) =>
  say(up ? null : new Error('The daemon does not answer. This page connects again by itself once it is back.'));

async function route() {
  const target = parseRoute(location.hash, location.search);
  if (target.view === 'experiment' && shown?.id === target.id) {
    shown.setQuery(target.query);
    return;
  }
  ending.abort();
  ending = new AbortController();
  const { signal } = ending;
  const first = main.dataset.view === undefined;
  main.dataset.view = target.view;
  document.title = 'copybench';
  say(null);
  shown = null;
  // Nothing of the last view is left to be taken for this one.
  main.replaceChildren(element('p', {}, 'Loading …'));
  for (const link of document.querySelectorAll('nav a')) {
    if (link.getAttribute('href') === (target.view === 'how' ? '#/how' : '#/'))
      link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  const context = { main, say, connection, signal };
  try {
    if (target.view === 'experiment') {
      shown = new ExperimentView(target.id, target.query, context);
      await shown.show();
    } else if (target.view === 'how') {
      showHow(context);
    } else {
      await showList(context);
    }
    // For who cannot see that the page has changed; not at the first one, which the browser itself announces.
    if (!first && !signal.aborted) main.querySelector('h1')?.focus({ preventScroll: true });
  } catch (error) {
    if (signal.aborted) return;
    shown = null;
    main.replaceChildren(
      element('h1', {}, 'This cannot be shown'),
      element('p', {}, element('a', { href: '#/' }, 'All experiments')),
    );
    say(error);
  }
}

window.addEventListener('hashchange', route);
route();
