// The daemon's API. Nothing here polls: a request between two runs costs nothing, one within a window disturbs it, so
// whatever changes is read when the event stream says that it has changed.

export async function get(path, signal) {
  const response = await fetch(path, { signal, headers: { Accept: 'application/json' } });
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new Error(body?.detail ?? body?.title ?? `${path}: HTTP ${response.status}`);
  return body;
}

// Every page of a list, up to `limit` items.
export async function list(path, limit, signal) {
  const items = [];
  let next = null;
  do {
    const query = next === null ? '' : `${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(next)}`;
    const page = await get(path + query, signal);
    items.push(...page.items);
    next = page.next;
  } while (next !== null && items.length < limit);
  return { items: items.slice(0, limit), more: next !== null || items.length > limit };
}

// Calls `changed` at each event of the stream until the final one or until `signal` is aborted. The browser connects
// again by itself after a broken connection.
export function follow(path, changed, signal) {
  if (signal.aborted) return;
  const source = new EventSource(path);
  signal.addEventListener('abort', () => source.close(), { once: true });
  const handle = (event) => {
    let data = null;
    try {
      data = JSON.parse(event.data);
    } catch {
      data = null;
    }
    if (event.type === 'final') source.close();
    changed(event.type, data);
  };
  for (const type of ['run', 'progress', 'final']) source.addEventListener(type, handle);
}
