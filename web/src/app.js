// The views of the page. permalink.js has their addresses. A new view is a line here and one there.
import { followLinks } from './access.js';
import { element } from './dom.js';
import { lostWords } from './events.js';
import { parseRoute } from './permalink.js';
import { showCompare } from './views/compare.js';
import { showExperiment } from './views/experiment.js';
import { showHistory } from './views/history.js';
import { showHow } from './views/how.js';
import { showList } from './views/list.js';

// (target, context) => nothing, or {setQuery} if another query of the same address needs no new view.
// target: as parseRoute() returns it. context: {main, say, connection, signal}; the signal ends the view.
const views = { list: showList, compare: showCompare, history: showHistory, experiment: showExperiment, how: showHow };

const main = /** @type {HTMLElement} */ (document.querySelector('#main'));
const notice = /** @type {HTMLElement} */ (document.querySelector('#notice'));
let ending = new AbortController();
let shown = { key: null, setQuery: null };

function say(error) {
  notice.hidden = !error;
  notice.textContent = error ? error.message : '';
}

const connection = (up, refused) => say(up ? null : new Error(lostWords(refused)));

function markPlace(view) {
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll('nav a'))) {
    if (parseRoute(link.getAttribute('href')).view === view && link.hash) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}

async function route() {
  const target = parseRoute(location.hash, location.search);
  const key = `${target.view} ${target.id ?? target.tag ?? target.unknown ?? ''}`;
  if (shown.key === key && shown.setQuery) {
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
  shown = { key, setQuery: null };
  // Removes the last view at once, so that it cannot be mistaken for this one.
  main.replaceChildren(element('p', {}, 'Loading …'));
  markPlace(target.view);
  try {
    const view = await views[target.view](target, { main, say, connection, signal });
    if (signal.aborted) return;
    if (view) shown.setQuery = (query) => view.setQuery(query);
    // For users who cannot see that the page has changed. Not for the first view, which the browser itself announces.
    if (!first) main.querySelector('h1')?.focus({ preventScroll: true });
  } catch (error) {
    if (signal.aborted) return;
    shown.key = null;
    main.replaceChildren(
      element('h1', {}, 'This cannot be shown'),
      element('p', {}, element('a', { href: '#/' }, 'All experiments')),
    );
    say(error);
  }
}

followLinks(say);
window.addEventListener('hashchange', route);
route();
