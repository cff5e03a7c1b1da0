// The address's fragment <-> the state of a view. Only what differs from the default is written, so that links stay
// short; what is unknown or malformed is left out, so that an old or mistyped link still opens.
import { costs } from './figures.js';
import { engines } from './look.js';

// Empty lists mean "all"; size, at and rep null or 'median' mean "chosen by the page".
export const defaults = Object.freeze({
  engines: [],
  threads: [],
  size: null,
  at: null,
  rep: 'median',
  cache: 'cache_misses',
  cost: 'auto',
  panels: 'threads',
  x: 'log',
  y: 'auto',
});

const oneOf = (allowed) => (text) => (allowed.includes(text) ? text : undefined);
const whole = (text) => (/^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined);
const several = (read) => (text) => {
  const values = [
    ...new Set(
      text
        .split(',')
        .map(read)
        .filter((value) => value !== undefined),
    ),
  ];
  return values.length ? values : undefined;
};
const readers = {
  engines: several(oneOf(engines)),
  threads: several(whole),
  size: whole,
  at: whole,
  rep: (text) => (text === 'median' ? text : whole(text)),
  cache: (text) => (/^[A-Za-z][\w.:\-/=,]{0,199}$/.test(text) ? text : undefined), // perf names events; which, a run tells
  cost: oneOf(['auto', ...costs]),
  panels: oneOf(['threads', 'engines', 'none']),
  x: oneOf(['log', 'linear']),
  y: oneOf(['auto', 'log', 'linear']),
};

export function parseState(query) {
  const state = { ...defaults };
  for (const [key, text] of new URLSearchParams(query)) {
    const value = Object.hasOwn(readers, key) ? readers[key](text) : undefined;
    if (value !== undefined) state[key] = value;
  }
  return state;
}

export function writeState(state) {
  const parts = [];
  for (const key of Object.keys(readers)) {
    const value = state[key];
    if (value === undefined || value === null || String(value) === String(defaults[key])) continue;
    parts.push(`${key}=${value}`);
  }
  return parts.join('&');
}

// Each view's address; what is none of these is the list.
const routes = [
  { view: 'experiment', form: /^#\/experiments\/(?<id>[1-9]\d*)(?:\?(?<query>.*))?$/ },
  { view: 'how', form: /^#\/how$/ },
];

// "#/experiments/7?threads=1" -> {view, id, query}; "?experiment=7" is the API's older link.
export function parseRoute(hash, search = '') {
  for (const { view, form } of routes) {
    const parts = hash.match(form);
    if (!parts) continue;
    const { id, query = '' } = parts.groups ?? {};
    return id ? { view, id: Number(id), query } : { view };
  }
  const asked = hash === '' ? new URLSearchParams(search).get('experiment') : null;
  if (asked && /^[1-9]\d*$/.test(asked)) return { view: 'experiment', id: Number(asked), query: '' };
  return { view: 'list' };
}

export function experimentLink(id, state = defaults) {
  const query = writeState(state);
  return `#/experiments/${id}${query ? `?${query}` : ''}`;
}
