// The form's texts -> the request, and the same as a curl line. Pure. Nothing is judged here: what cannot be read as
// what a field wants goes to the API as it was typed, and the API says what is wrong with it.

const number = (text) => (text !== '' && Number.isFinite(Number(text)) ? Number(text) : text);
const parts = (text) => text.split(/[\s,]+/).filter((part) => part !== '');
// Commas stand within an event's name between its slashes (cpu/event=0x3c,umask=0x1/), so blanks alone part events.
const words = (text) => text.split(/\s+/).filter((part) => part !== '');

// "4K", "1M" and "4 KiB" are how people write sizes; the API takes bytes.
function size(text) {
  const match = text.match(/^(\d+(?:\.\d+)?)([kKmM])(?:i?[bB])?$/);
  return match ? Number(match[1]) * (match[2].toLowerCase() === 'k' ? 1024 : 1048576) : number(text);
}
// "64 to 1M" is the range of a search.
function sizes(text) {
  const joined = text.replace(/(\d)\s+(?=[kKmM])/g, '$1');
  const range = joined.match(/^(\S+?)\s*(?:to|-|–|\.\.)\s*(\S+)$/);
  return range ? { from: size(range[1]), to: size(range[2]) } : parts(joined).map(size);
}

// "5", or "2 %" for as many as it takes to know throughput within 2 %, or "2 % 5-30" with the fewest and the most.
function repetitions(text) {
  const until = text.match(/^([\d.]+)\s*%(?:[\s,]+(\d+)\s*(?:to|-|–)\s*(\d+))?$/);
  if (!until) return number(text);
  const [, percent, min, max] = until;
  return { until_ci_pct: number(percent), ...(min && { min: Number(min), max: Number(max) }) };
}

const cpus = (text) => (text === 'auto' || text === 'none' ? text : text.replace(/\s+/g, ''));

const readers = {
  find: (text) => text,
  metric: (text) => text,
  name: (text) => text,
  preset: (text) => text,
  engines: (list) => list,
  field_sizes: sizes,
  threads: (text) => parts(text).map(number),
  duration_s: number,
  warmup_s: number,
  repetitions,
  order: (text) => text,
  seed: number,
  pattern: (text) => text,
  receive: (text) => text,
  messages_per_s: number,
  tcp_nodelay: (text) => text === 'true',
  socket_buffer_bytes: size,
  server_cpus: cpus,
  client_cpus: cpus,
  events: words,
  profile: (text) => text === 'true',
  notes: (text) => text,
  tags: parts,
  pinned: (text) => text === 'true',
};

// values: {key: text}, engines a list. What is blank is not given, and the preset or the API decides.
export function readRequest(values) {
  const request = {};
  for (const [key, read] of Object.entries(readers)) {
    const value = typeof values[key] === 'string' ? values[key].trim() : values[key];
    if (value === undefined || value === null || value.length === 0) continue;
    request[key] = read(value);
  }
  // A search compares two engines, by a figure, and knows itself how often to measure.
  const { find, metric, engines, preset, repetitions: _, ...both } = request;
  if (!find) return without(request, 'metric');
  return { find, ...(engines && { of: engines }), ...(metric && { metric }), ...both };
}

function without(request, key) {
  const { [key]: _, ...rest } = request;
  return rest;
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

export const curlLine = (origin, request) =>
  `curl -X POST ${origin}/experiments -H 'Content-Type: application/json' -d ${quoted(JSON.stringify(request))}`;

// The API's errors -> {field: [texts]}; '' has what belongs to no single field.
export function errorsByField(errors, known) {
  const found = {};
  for (const { pointer, detail } of errors) {
    const [, name = '', index] = pointer.split('/');
    const key = name === 'of' ? 'engines' : name;
    const field = known.includes(key) ? key : '';
    const part = /^\d+$/.test(index) ? `value ${Number(index) + 1}` : index;
    const where = field === '' && key !== '' ? `${key}: ` : part !== undefined ? `${part}: ` : '';
    (found[field] ??= []).push(`${where}${detail}`);
  }
  return found;
}
