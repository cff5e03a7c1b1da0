// Values -> text. What is missing is "–", never 0.

const number = (digits) => (value) =>
  value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });
const whole = number(0);
// Four significant digits at most, for figures that span decades.
const significant = (value) => value.toLocaleString('en', { maximumSignificantDigits: 4 });
const seconds = number(2);

// The figures of a run: the API's names, in its order.
export const figures = [
  { name: 'window_s', label: 'Window', unit: 's', text: seconds },
  { name: 'throughput_gbps', label: 'Throughput', unit: 'Gbit/s', text: number(3) },
  { name: 'latency_us', label: 'Latency, mean', unit: 'µs', text: significant },
  { name: 'latency_p50_us', label: 'p50', unit: 'µs', text: significant },
  { name: 'latency_p90_us', label: 'p90', unit: 'µs', text: significant },
  { name: 'latency_p99_us', label: 'p99', unit: 'µs', text: significant },
  { name: 'latency_p999_us', label: 'p99.9', unit: 'µs', text: significant },
  { name: 'latency_max_us', label: 'Max', unit: 'µs', text: significant },
  { name: 'bytes', label: 'Received', unit: 'bytes', text: whole },
  { name: 'messages', label: 'Messages', unit: '', text: whole },
  { name: 'cpu_cycles', label: 'CPU cycles', unit: 'server', text: whole },
  { name: 'instructions', label: 'Instructions', unit: 'server', text: whole },
  { name: 'cache_misses', label: 'Cache misses', unit: 'server', text: whole },
  { name: 'l1_dcache_load_misses', label: 'L1d load misses', unit: 'server', text: whole },
  { name: 'llc_load_misses', label: 'LLC load misses', unit: 'server', text: whole },
  { name: 'context_switches', label: 'Context switches', unit: 'server', text: whole },
  { name: 'page_faults', label: 'Page faults', unit: 'server', text: whole },
  { name: 'task_clock_ns', label: 'Task clock', unit: 'ns, server', text: whole },
  { name: 'cycles_per_byte', label: 'Cycles per byte', unit: 'server', text: significant },
  { name: 'cpu_ns_per_byte', label: 'CPU per byte', unit: 'ns, server', text: significant },
  { name: 'system_cpu_ns_per_byte', label: 'CPU per byte', unit: 'ns, whole machine', text: significant },
  { name: 'retransmits', label: 'Retransmits', unit: 'segments', text: whole },
  { name: 'zerocopy_sends', label: 'Zero-copy sends', unit: '', text: whole },
  { name: 'zerocopy_completions', label: 'Completions', unit: '', text: whole },
  { name: 'zerocopy_copied', label: 'of them copied', unit: 'by the kernel', text: whole },
  { name: 'zerocopy_enobufs', label: 'ENOBUFS', unit: '', text: whole },
];

export const figure = (name) => figures.find((entry) => entry.name === name);

export const bytes = (value) => {
  if (value >= 1 << 20 && value % (1 << 20) === 0) return `${value >> 20} MiB`;
  if (value >= 1024 && value % 1024 === 0) return `${value >> 10} KiB`;
  return `${value} B`;
};

export const time = (text) => {
  if (!text) return '–';
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? text : at.toLocaleString();
};

export const duration = (value) => {
  if (value === null || value === undefined) return '–';
  const total = Math.round(value);
  if (total < 60) return `${total} s`;
  if (total < 3600) return `${Math.floor(total / 60)} min ${total % 60} s`;
  return `${Math.floor(total / 3600)} h ${Math.floor((total % 3600) / 60)} min`;
};
