// Converts between the address's fragment and the state of a view. Only values that differ from the default are written, so that
// links stay short. Unknown and malformed values are ignored, so that an old or mistyped link still opens.
import { comparedFigures, costs } from './figures.js';
import { engines } from './engine_style.js';
import { size } from './request.js';

// Empty lists mean "all"; size, at, rep and run null or 'median' mean "chosen by the page".
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
  run: null, // of the flame graph, and the run that it is compared with
  base_run: null,
  search: '',
  zoom: null, // the frame's id
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
  cache: (text) => (/^[A-Za-z][\w.:\-/=,]{0,199}$/.test(text) ? text : undefined), // perf's event names; the runs list them
  cost: oneOf(['auto', ...costs]),
  panels: oneOf(['threads', 'engines', 'none']),
  x: oneOf(['log', 'linear']),
  y: oneOf(['auto', 'log', 'linear']),
  run: whole,
  base_run: whole,
  search: (text) => text.slice(0, 200),
  zoom: whole,
};

// Encodes a value for an address. List separators and the punctuation of perf's event names stay readable.
const written = (value) => encodeURIComponent(value).replace(/%(2C|3A|2F|3D)/g, decodeURIComponent);

// Parses a query's values with the readers. The rest are defaults.
function parsed(query, readersOf, initial) {
  const state = { ...initial };
  for (const [key, text] of new URLSearchParams(query)) {
    const value = Object.hasOwn(readersOf, key) ? readersOf[key](text) : undefined;
    if (value !== undefined) state[key] = value;
  }
  return state;
}

// The same, with the invalid values by field: {given: {key: text}, state, problems: {key: what is allowed}}.
function checked(query, readersOf, initial, allowed) {
  const given = Object.fromEntries([...new URLSearchParams(query)].filter(([key]) => Object.hasOwn(readersOf, key)));
  const problems = {};
  for (const [key, text] of Object.entries(given)) {
    const left = text.trim() === '' && initial[key] === '';
    if (!left && readersOf[key](text) === undefined)
      problems[key] = `${text.trim() === '' ? 'It is blank' : `“${text}” cannot be taken`}: ${allowed[key]}`;
  }
  return { given, state: parsed(query, readersOf, initial), problems };
}

export const parseState = (query) => parsed(query, readers, defaults);

export function writeState(state) {
  const parts = [];
  for (const key of Object.keys(readers)) {
    const value = state[key];
    if (value === undefined || value === null || String(value) === String(defaults[key])) continue;
    parts.push(`${key}=${written(value)}`);
  }
  return parts.join('&');
}

// Each view's address. Any other address is the list.
const routes = [
  { view: 'experiment', form: /^#\/experiments\/(?<id>[1-9]\d*)(?:\?(?<query>.*))?$/ },
  { view: 'how', form: /^#\/how$/ },
  { view: 'history', form: /^#\/history(?:\?(?<query>.*))?$/ },
  { view: 'compare', form: /^#\/compare(?:\?(?<query>.*))?$/ },
];

// "#/experiments/7?threads=1" -> {view, id, query}; "?experiment=7" is the API's older link.
export function parseRoute(hash, search = '') {
  for (const { view, form } of routes) {
    const parts = hash.match(form);
    if (!parts) continue;
    const { id, query = '' } = parts.groups ?? {};
    if (id) return { view, id: Number(id), query };
    return query ? { view, query } : { view };
  }
  const asked = hash === '' ? new URLSearchParams(search).get('experiment') : null;
  if (asked && /^[1-9]\d*$/.test(asked)) return { view: 'experiment', id: Number(asked), query: '' };
  const tag = hash.startsWith('#/?') ? new URLSearchParams(hash.slice(3)).get('tag') : null;
  if (tag) return { view: 'list', tag };
  return hash.startsWith('#/') && !/^#\/(\?|$)/.test(hash) ? { view: 'list', unknown: hash } : { view: 'list' };
}

export const tagLink = (tag) => `#/?${new URLSearchParams({ tag })}`;

export function experimentLink(id, state = defaults) {
  const query = writeState(state);
  return `#/experiments/${id}${query ? `?${query}` : ''}`;
}

// A comparison: base and head are an experiment's id, or several.
export const compareDefaults = Object.freeze({
  base: '',
  head: '',
  metric: 'throughput_gbps',
  min_effect_pct: 1,
  allow_differences: false,
});

const ids = (text) => {
  const plain = text.replaceAll(' ', '');
  return /^[1-9]\d*(,[1-9]\d*)*$/.test(plain) ? plain : undefined;
};
const someFigure = `a figure of ${comparedFigures.join(', ')}`;
const compareReaders = {
  base: ids,
  head: ids,
  metric: oneOf(comparedFigures),
  min_effect_pct: (text) => (/^\d{1,2}(\.\d{1,3})?$/.test(text) && Number(text) <= 50 ? Number(text) : undefined),
  allow_differences: (text) => text === '1',
};
const someIds = 'an experiment’s number, or several with commas between them, such as 1,3,5';
const compareAllowed = {
  base: someIds,
  head: someIds,
  metric: someFigure,
  min_effect_pct: 'percent from 0 to 50, such as 1 or 2.5',
};

export const checkCompare = (query) => checked(query, compareReaders, compareDefaults, compareAllowed);

export function compareLink(state) {
  const parts = Object.keys(compareReaders)
    .filter((key) => state[key] !== undefined && state[key] !== compareDefaults[key])
    .map((key) => `${key}=${state[key] === true ? 1 : state[key]}`);
  return `#/compare${parts.length ? `?${parts.join('&')}` : ''}`;
}

export const historyDefaults = Object.freeze({
  engine: 'one_copy',
  field_bytes: 4096,
  threads: 1,
  metric: 'throughput_gbps',
});
const wholeWithin = (low, high, read) => (text) => {
  const value = read(text.trim());
  return Number.isInteger(value) && value >= low && value <= high ? value : undefined;
};
// With the limits of a request (core/model/plan.h).
const historyReaders = {
  engine: oneOf(engines),
  field_bytes: wholeWithin(64, 4 << 20, size),
  threads: wholeWithin(1, 256, whole),
  metric: oneOf(comparedFigures),
};
const historyAllowed = {
  engine: `one of ${engines.join(', ')}`,
  field_bytes: 'bytes from 64 to 4194304, such as 4096, 4K or 1M',
  threads: 'a whole number from 1 to 256',
  metric: someFigure,
};

export const checkHistory = (query) => checked(query, historyReaders, historyDefaults, historyAllowed);

export const historyLink = (state) => `#/history?${new URLSearchParams(state)}`;
