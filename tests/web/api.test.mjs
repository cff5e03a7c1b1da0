import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runDetail } from '../../web/src/api.js';

globalThis.sessionStorage = { getItem: () => null };

// Responds when the test says so, or fails when its signal is aborted.
const asked = [];
globalThis.fetch = (path, { signal } = {}) =>
  new Promise((resolve, reject) => {
    const body = JSON.stringify({ run_id: asked.length });
    asked.push({ path, answer: () => resolve(new Response(body, { headers: { 'Content-Type': 'application/json' } })) });
    signal?.addEventListener('abort', () => reject(signal.reason));
  });
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('views that request a run at the same time share one request', async () => {
  const both = [runDetail(1), runDetail(1)];
  await turn();
  assert.equal(asked.length, 1);
  asked[0].answer();
  const [one, other] = await Promise.all(both);
  assert.equal(one, other);
  assert.equal(await runDetail(1), one);
  assert.equal(asked.length, 1);
});

test('a view that shares the request of a leaving view requests the run itself', async () => {
  const before = asked.length;
  const leaves = new AbortController();
  const first = runDetail(2, leaves.signal);
  const second = runDetail(2, new AbortController().signal);
  await turn();
  assert.equal(asked.length, before + 1);
  leaves.abort();
  await assert.rejects(first, { name: 'AbortError' });
  await turn();
  assert.equal(asked.length, before + 2);
  asked.at(-1).answer();
  assert.equal((await second).run_id, before + 1);
});
