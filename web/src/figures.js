// The figures of a run, with the API's names in the API's order: their format and their meaning.
const number = (digits) => (value) =>
  value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });
const whole = number(0);
// Four significant digits at most, for figures that span decades.
const significant = (value) => value.toLocaleString('en', { maximumSignificantDigits: 4 });

const row = (name, label, unit, text, meaning) => ({ name, label, unit, text, meaning });

export const figures = [
  row(
    'window_s',
    'Window',
    's',
    number(2),
    'How long was measured, by the client’s marks. Everything else belongs to this interval.',
  ),
  row(
    'throughput_gbps',
    'Throughput',
    'Gbit/s',
    number(3),
    '10⁹ bits of payload received per second, over all connections. Headers do not count.',
  ),
  row(
    'latency_us',
    'Latency, mean',
    'µs',
    significant,
    'Mean latency of a message. Request and response: the round trip. Stream: one way, from the moment the message was made ready; under full load that is mostly time in socket buffers.',
  ),
  row('latency_p50_us', 'Latency, p50', 'µs', significant, 'Half of the messages were at least this fast.'),
  row('latency_p90_us', 'Latency, p90', 'µs', significant, 'Nine of ten messages were at least this fast.'),
  row('latency_p99_us', 'Latency, p99', 'µs', significant, '99 of 100 messages were at least this fast.'),
  row('latency_p999_us', 'Latency, p99.9', 'µs', significant, '999 of 1,000 messages were at least this fast.'),
  row('latency_max_us', 'Latency, max', 'µs', significant, 'The slowest message of the window.'),
  row('bytes', 'Received', 'bytes', whole, 'Payload that the client received in the window.'),
  row('messages', 'Messages', '', whole, 'Whole messages received in the window; a message is 8 fields.'),
  row(
    'cpu_cycles',
    'CPU cycles',
    'server',
    whole,
    'Clock cycles that the server process used, its system calls included.',
  ),
  row(
    'instructions',
    'Instructions',
    'server',
    whole,
    'Instructions that the server process executed, its system calls included.',
  ),
  row(
    'cache_misses',
    'Cache misses',
    'server',
    whole,
    'Memory accesses of the server process that its caches could not serve, by the CPU’s own definition (usually the last level).',
  ),
  row(
    'l1_dcache_load_misses',
    'L1 data cache load misses',
    'server',
    whole,
    'Reads of the server process that missed the first-level data cache.',
  ),
  row(
    'llc_load_misses',
    'Last-level cache load misses',
    'server',
    whole,
    'Reads of the server process that missed the last cache before memory.',
  ),
  row(
    'context_switches',
    'Context switches',
    'server',
    whole,
    'How often a thread of the server left its CPU: it waited, or another took its place.',
  ),
  row(
    'page_faults',
    'Page faults',
    'server',
    whole,
    'Memory pages that the kernel had to provide in the window. Buffers are touched before it, so this should be near 0.',
  ),
  row('task_clock_ns', 'Task clock', 'ns, server', whole, 'CPU time of the server process, by perf.'),
  row(
    'cycles_per_byte',
    'CPU cycles per byte',
    'server',
    significant,
    'CPU cycles of the server process for each byte of payload: the price of a byte, whatever the clock rate.',
  ),
  row(
    'cpu_ns_per_byte',
    'CPU time per byte',
    'ns, server',
    significant,
    'CPU nanoseconds of the server process for each byte of payload: the stand-in where a machine counts no cycles.',
  ),
  row(
    'system_cpu_ns_per_byte',
    'Machine CPU time per byte',
    'ns',
    significant,
    'Busy time of all CPUs for each byte of payload: client, kernel threads and neighbours included. On loopback zero-copy looks cheap in the server because its copy is charged here.',
  ),
  row('retransmits', 'Retransmits', 'segments', whole, 'TCP segments that were sent again, over all connections.'),
  row(
    'zerocopy_sends',
    'Zero-copy sends',
    '',
    whole,
    'Successful sends that asked for zero-copy, over the whole run. Only zero-copy has it.',
  ),
  row(
    'zerocopy_completions',
    'Zero-copy completions',
    '',
    whole,
    'Sends that the kernel reported complete. Only then is a buffer written again.',
  ),
  row(
    'zerocopy_copied',
    'Completions copied',
    'by the kernel',
    whole,
    'Completions for which the kernel had copied the data after all. Approximate: merged notifications carry the first one’s mark.',
  ),
  row(
    'zerocopy_enobufs',
    'ENOBUFS',
    '',
    whole,
    'Zero-copy sends that the kernel refused for want of memory, and that were made again.',
  ),
];

// An event that is not a figure has only perf's name.
export const figure = (name) =>
  figures.find((entry) => entry.name === name) ??
  row(name, name, 'server', whole, 'Counted by perf, of the server process.');

export const percentiles = ['latency_us', 'latency_p50_us', 'latency_p90_us', 'latency_p99_us', 'latency_p999_us'];
const cacheEvents = ['cache_misses', 'l1_dcache_load_misses', 'llc_load_misses'];
// The events that the chart of cache misses can show: these, and all others that perf counted in the experiment.
export const eventChoices = (runs) => [
  ...new Set([...cacheEvents, ...runs.flatMap((run) => Object.keys(run.counters ?? {}))]),
];
// The figures that the API compares: one value of them is better than another.
export const comparedFigures = [
  'throughput_gbps',
  'latency_us',
  'latency_p50_us',
  'latency_p90_us',
  'latency_p99_us',
  'latency_p999_us',
  'latency_max_us',
  'cycles_per_byte',
  'cpu_ns_per_byte',
  'system_cpu_ns_per_byte',
];
// For all other compared figures, lower is better: each is a time or a cost.
export const isBetterHigher = (name) => name === 'throughput_gbps';
export const costs = ['cycles_per_byte', 'cpu_ns_per_byte', 'system_cpu_ns_per_byte'];

// "CPU time per byte (ns, server)": for axes and tables.
export const withUnit = (entry) => (entry.unit ? `${entry.label} (${entry.unit})` : entry.label);
// "throughput", "CPU time per byte": within a sentence.
export const inSentence = ({ label }) => (/^[A-Z][a-z]/.test(label) ? label[0].toLowerCase() + label.slice(1) : label);
