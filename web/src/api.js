// The client of the daemon's API. It does not poll: a request between two runs costs nothing, but one within a window disturbs
// the measurement. Data is read when the event stream reports a change.
import { fetchAuthorized, NoToken } from './access.js';

export class Problem extends Error {
  constructor(status, body, path) {
    super(body?.detail ?? body?.title ?? `The daemon answered ${path} with HTTP ${status}.`);
    this.status = status;
    this.errors = body?.errors ?? [];
    this.body = body;
  }
}

const readJson = (response) => response.json().catch(() => null);

// read: converts a successful response.
async function request(path, options, read = readJson) {
  let response;
  try {
    response = await fetchAuthorized(path, options);
  } catch (error) {
    if (error.name === 'AbortError' || error instanceof NoToken) throw error;
    throw new Error('The daemon does not answer. Is it still running? Start it again and reload this page.');
  }
  if (!response.ok) throw new Problem(response.status, await readJson(response), path);
  return response.status === 204 ? null : read(response);
}

export const get = (path, signal) => request(path, { signal, headers: { Accept: 'application/json' } });

export const getText = (path, signal) => request(path, { signal }, (response) => response.text());

export const post = (path, body, headers, signal) =>
  request(path, {
    method: 'POST',
    signal,
    headers: body === undefined ? { ...headers } : { 'Content-Type': 'application/json', ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  });

export const patch = (path, body) =>
  request(path, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/merge-patch+json' },
    body: JSON.stringify(body),
  });

export const remove = (path) => request(path, { method: 'DELETE' });

const pageSize = 500;

// All items of a list, page after page.
export async function listAll(path, signal) {
  const items = [];
  let next = null;
  do {
    const page = await get(
      `${path}?limit=${pageSize}${next === null ? '' : `&cursor=${encodeURIComponent(next)}`}`,
      signal,
    );
    items.push(...page.items);
    next = page.next;
  } while (next !== null);
  return items;
}

// Caches the evidence of final runs: it does not change, and a view that is drawn again needs the same runs. Concurrent callers
// share one request.
const finalRuns = new Map();
const beingRead = new Map();
export const isRead = (id) => finalRuns.has(id);
export async function runDetail(id, signal) {
  while (!finalRuns.has(id)) {
    const others = beingRead.get(id);
    if (others) {
      // The first caller may abort before the response. Then this one sends the request.
      await others.catch(() => {});
      signal?.throwIfAborted();
      continue;
    }
    const reading = get(`runs/${id}`, signal).then((run) => finalRuns.set(id, run));
    beingRead.set(id, reading);
    try {
      await reading;
    } finally {
      beingRead.delete(id);
    }
  }
  return finalRuns.get(id);
}
