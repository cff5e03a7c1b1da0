// Formats values as text. A missing value is "–", never 0.

export const bytes = (value) => {
  if (value >= 1 << 20 && value % (1 << 20) === 0) return `${value / (1 << 20)} MiB`;
  if (value >= 1024 && value % 1024 === 0) return `${value >> 10} KiB`;
  return `${value.toLocaleString('en')} B`;
};

export const time = (text) => {
  if (!text) return '–';
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? text : at.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
};

export const duration = (value) => {
  if (value === null || value === undefined) return '–';
  if (value > 0 && value < 9.95) return `${Number(value.toFixed(value < 1 ? 2 : 1))} s`;
  const total = Math.round(value);
  if (total < 60) return `${total} s`;
  if (total < 3600) return `${Math.floor(total / 60)} min ${total % 60} s`;
  return `${Math.floor(total / 3600)} h ${Math.floor((total % 3600) / 60)} min`;
};

export const count = (value, one, many = `${one}s`) => `${value.toLocaleString('en')} ${value === 1 ? one : many}`;

// asked: as in a request, a number or {until_ci_pct, min, max}.
export const repetitions = (asked) =>
  typeof asked === 'number'
    ? count(asked, 'repetition')
    : `${asked.min} to ${asked.max} repetitions, until throughput is known within ${asked.until_ci_pct} %,`;

export const percent = (share) => {
  const value = share * 100;
  if (value > 0 && value < 0.1) return 'under 0.1 %';
  if (value > 99.9 && value < 100) return 'over 99.9 %';
  return `${value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 })} %`;
};

// An interval of a figure that cannot be negative. The interval of a few values may still reach below 0, which is cut off. An
// interval that covers less than 95 % says so. text: formats a value.
export function interval({ low, high, coverage = 0.95 }, text) {
  const span = `${text(Math.max(low, 0))} to ${text(high)}`;
  return coverage < 0.95 ? `${span} (covers ${percent(coverage)})` : span;
}

// "a, b and c"
export const listed = (parts) =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;

// A cell of a CSV file (RFC 4180). Text that a spreadsheet would run as a formula gets a leading apostrophe; numbers do not.
export const csvCell = (value) => {
  const given = value === null || value === undefined ? '' : String(value);
  const text = /^[=+\-@\t\r\n]/.test(given) && !Number.isFinite(Number(given)) ? `'${given}` : given;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
