// Converts the form's texts into a request, and into a curl line. Pure. Only the API validates values. Text that cannot be parsed
// is sent as it was typed. The form explains the syntax of a field, since that is the form's own.

// Beyond 2^53 a number would become another one.
const isExact = (text) => !/^[+-]?\d+$/.test(text) || Number.isSafeInteger(Number(text));
const number = (text) => (text !== '' && Number.isFinite(Number(text)) && isExact(text) ? Number(text) : text);
const parts = (text) => text.split(/[\s,]+/).filter((part) => part !== '');
// An event's name may contain commas between its slashes (cpu/event=0x3c,umask=0x1/), so only blanks separate events.
const words = (text) => text.split(/\s+/).filter((part) => part !== '');

// People write sizes as "4K", "1M" and "4 KiB"; the API takes bytes.
export function size(text) {
  const match = text.match(/^(\d+(?:\.\d+)?)\s*([kKmM])(?:i?[bB])?$/);
  return match ? Number(match[1]) * (match[2].toLowerCase() === 'k' ? 1024 : 1048576) : number(text);
}
// "64 to 1M" is the range of a search.
function sizes(text) {
  const joined = text.replace(/(\d)\s+(?=[kKmM])/g, '$1');
  const range = joined.match(/^(\S+?)\s*(?:to|-|–|\.\.)\s*(\S+)$/);
  return range ? { from: size(range[1]), to: size(range[2]) } : parts(joined).map(size);
}

// "5", or "2 %" for as many as are needed to know throughput within 2 %, or "2 % 5-30" with the fewest and the most.
function repetitions(text) {
  const until = text.match(/^([\d.]+)\s*%(?:[\s,]+(\d+)\s*(?:to|-|–)\s*(\d+))?$/);
  if (!until) return number(text);
  const [, percent, min, max] = until;
  return { until_ci_pct: number(percent), ...(min && { min: Number(min), max: Number(max) }) };
}

// A tag may contain blanks.
export const tagsIn = (text) => [...new Set(text.split(',').map((tag) => tag.trim()))].filter(Boolean);

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
  tags: tagsIn,
  pinned: (text) => text === 'true',
};

// values: {key: text}, engines a list. Blank values are left out, so that the preset or the API decides.
export function readRequest(values) {
  const request = {};
  for (const [key, read] of Object.entries(readers)) {
    const value = typeof values[key] === 'string' ? values[key].trim() : values[key];
    if (value === undefined || value === null || value.length === 0) continue;
    request[key] = read(value);
  }
  // A search compares two engines by a figure, and decides by itself how often to measure.
  const { find, metric, engines, preset, repetitions: _, ...both } = request;
  if (!find) return without(request, 'metric');
  return { find, ...(engines && { of: engines }), ...(metric && { metric }), ...both };
}

function without(request, key) {
  const { [key]: _, ...rest } = request;
  return rest;
}

const isNumber = (value) => typeof value === 'number';
const allNumbers = (value) => Array.isArray(value) && value.every(isNumber);
const bothNumbers = (value) => !Array.isArray(value) && Object.values(value).every(isNumber);
// [whether the value could be parsed, how to write it], for a sweep and for a search if they differ.
const syntax = {
  field_sizes: (value, search) =>
    search
      ? [bothNumbers(value), 'a search takes a range such as 64 to 1M']
      : [allNumbers(value), 'write sizes such as 512 4096 64K (a range is for a search)'],
  threads: (value) => [allNumbers(value), 'write whole numbers such as 1 2 4'],
  duration_s: (value) => [isNumber(value), 'write seconds such as 0.5 or 3'],
  warmup_s: (value) => [isNumber(value), 'write seconds such as 0.5 or 3'],
  repetitions: (value) => [
    isNumber(value) || (typeof value === 'object' && bothNumbers(value)),
    'write a number such as 10, or 2 % 5-30: until throughput is known within 2 %, 5 to 30 times',
  ],
  messages_per_s: (value) => [isNumber(value), 'write messages per second such as 2000'],
  seed: (value) => [isNumber(value), `write a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`],
  socket_buffer_bytes: (value) => [isNumber(value), 'write bytes such as 262144 or 256K'],
};

// The fields that the form itself cannot parse: {field: what to write}.
export function unreadable(values) {
  const request = readRequest(values);
  const found = {};
  for (const [key, judge] of Object.entries(syntax)) {
    if (!Object.hasOwn(request, key)) continue;
    const [read, write] = judge(request[key], Boolean(request.find));
    if (!read) found[key] = `“${values[key].trim()}” cannot be read: ${write}`;
  }
  if (request.find && !Object.hasOwn(request, 'field_sizes')) found.field_sizes = 'missing: a search takes a range such as 64 to 1M';
  return found;
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

export const curlLine = (origin, request) =>
  `curl -X POST ${origin}/experiments -H 'Content-Type: application/json' -d ${quoted(JSON.stringify(request))}`;

// The form's terms for the members of the API's objects.
const members = { until_ci_pct: 'percentage', min: 'fewest', max: 'most' };

// The API's errors -> {field: [texts]}; '' has the errors of no single field. own: the form's own errors, which replace these.
export function errorsByField(errors, known, own = {}) {
  const found = {};
  for (const { pointer, detail } of errors) {
    const [, name = '', index] = pointer.split('/');
    const key = name === 'of' ? 'engines' : name;
    const field = known.includes(key) ? key : '';
    const part = /^\d+$/.test(index) ? `value ${Number(index) + 1}` : (members[index] ?? index);
    const where = field === '' && key !== '' ? `${key}: ` : part !== undefined ? `${part}: ` : '';
    (found[field] ??= []).push(`${where}${detail}`);
  }
  for (const [key, text] of Object.entries(own)) found[key] = [text];
  return found;
}
