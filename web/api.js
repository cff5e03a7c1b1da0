// The daemon's API. Nothing here polls: a request between two runs costs nothing, one within a window disturbs it, so
// whatever changes is read when the event stream says that it has changed.

export async function get(path, signal) {
  const response = await fetch(path, { signal, headers: { Accept: 'application/json' } });
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new Error(body?.detail ?? body?.title ?? `${path}: HTTP ${response.status}`);
  return body;
}

const pageSize = 500;

// Page after page of a list, up to `limit` items.
export async function list(path, limit, signal) {
  const items = [];
  let next = null;
  do {
    const cursor = next === null ? '' : `&cursor=${encodeURIComponent(next)}`;
    const page = await get(`${path}?limit=${Math.min(limit, pageSize)}${cursor}`, signal);
    items.push(...page.items);
    next = page.next;
  } while (next !== null && items.length < limit);
  return { items: items.slice(0, limit), more: next !== null || items.length > limit };
}

// Calls `changed` at each event of the stream until its last one or until `signal` is aborted. The browser connects again
// by itself after a broken connection, such as a restart of the daemon.
export function follow(path, changed, signal) {
  if (signal.aborted) return;
  const source = new EventSource(path);
  signal.addEventListener('abort', () => source.close(), { once: true });
  const handle = (event) => {
    if (event.type === 'end' || event.type === 'deleted') source.close();
    changed(event.type);
  };
  // Finished runs come with a `progress` of their own, so that one drawing shows them all.
  for (const type of ['progress', 'end', 'deleted']) source.addEventListener(type, handle);
}
