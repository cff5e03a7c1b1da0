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
const sizes = (text) => parts(text.replace(/(\d)\s+(?=[kKmM])/g, '$1')).map(size);

const cpus = (text) => (text === 'auto' || text === 'none' ? text : text.replace(/\s+/g, ''));

const readers = {
  name: (text) => text,
  preset: (text) => text,
  engines: (list) => list,
  field_sizes: sizes,
  threads: (text) => parts(text).map(number),
  duration_s: number,
  warmup_s: number,
  repetitions: number,
  order: (text) => text,
  seed: number,
  pattern: (text) => text,
  receive: (text) => text,
  tcp_nodelay: (text) => text === 'true',
  socket_buffer_bytes: size,
  server_cpus: cpus,
  client_cpus: cpus,
  events: words,
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
  return request;
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

export const curlLine = (origin, request) =>
  `curl -X POST ${origin}/experiments -H 'Content-Type: application/json' -d ${quoted(JSON.stringify(request))}`;

// The API's errors -> {field: [texts]}; '' has what belongs to no single field.
export function errorsByField(errors, known) {
  const found = {};
  for (const { pointer, detail } of errors) {
    const [, key = '', index] = pointer.split('/');
    const field = known.includes(key) ? key : '';
    const part = /^\d+$/.test(index) ? `value ${Number(index) + 1}` : index;
    const where = field === '' && key !== '' ? `${key}: ` : part !== undefined ? `${part}: ` : '';
    (found[field] ??= []).push(`${where}${detail}`);
  }
  return found;
}
