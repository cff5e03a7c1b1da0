// The settings of a history's series, for the caption of each. Pure.

const always = ['duration_s', 'pattern', 'messages_per_s', 'receive', 'tcp_nodelay', 'server_cpus', 'client_cpus'];

// null: not set, which is shown only if another series has a value.
function textOf(value) {
  if (value === null) return 'not set';
  if (Array.isArray(value)) return value.join(' ') || 'none';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

// all: the settings of each series. -> for each ["duration_s 1", ...]: the settings of `always` that have a value, and every
// setting in which any two of the series differ.
export function settingsText(all) {
  const keys = [...new Set([...always, ...all.flatMap((settings) => Object.keys(settings))])];
  const valueOf = (settings, key) => settings[key] ?? null;
  const differs = (key) => new Set(all.map((settings) => JSON.stringify(valueOf(settings, key)))).size > 1;
  const apart = new Set(keys.filter(differs));
  return all.map((settings) =>
    keys
      .filter((key) => apart.has(key) || (always.includes(key) && valueOf(settings, key) !== null))
      .map((key) => `${key} ${textOf(valueOf(settings, key))}`),
  );
}
