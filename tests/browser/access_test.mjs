import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Daemon, openBrowser, openPage } from './harness.mjs';

const token = 'a-token-of-the-browser-tests/0123456789==';
const folder = mkdtempSync(join(tmpdir(), 'copybench-token-'));
let daemon;
let browser;
before(async () => {
  writeFileSync(join(folder, 'token'), token, { mode: 0o600 });
  daemon = await Daemon.start({ kinds: ['mixed'], options: ['--token-file', join(folder, 'token')] });
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await daemon?.end();
  rmSync(folder, { recursive: true });
});

// The browser itself logs each 401, as it should.
const others = (faults) => faults.filter((fault) => !fault.includes('401'));

test('the page requests the token, again after a wrong one, and then works: lists, downloads, live events', async () => {
  const page = await openPage(browser, daemon);
  await page.show('');
  const dialog = page.getByRole('dialog', { name: 'This daemon asks for its token' });
  await dialog.getByLabel('Token').fill('x'.repeat(40));
  await dialog.getByRole('button', { name: 'Use it' }).click();
  await dialog.getByText('That was not its token.').waitFor();
  await dialog.getByLabel('Token').fill(token);
  await dialog.getByRole('button', { name: 'Use it' }).click();
  await page.getByRole('heading', { name: 'Experiments' }).waitFor();
  await page.show('#/experiments/1');
  await page.drawn();

  const [csv] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'All results as CSV' }).click(),
  ]);
  assert.match(readFileSync(await csv.path(), 'utf8'), /^experiment_id,run_id,/);

  const queued = await fetch(`${daemon.address}/experiments`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    body: JSON.stringify({ engines: ['two_copy'], field_sizes: [512], threads: [1], duration_s: 1, warmup_s: 0.1 }),
  });
  const { id } = await queued.json();
  await page.show(`#/experiments/${id}`);
  await page.locator('dd .state-completed').waitFor();
  assert.ok(page.requests.includes(`/experiments/${id}/events`));
  assert.equal(await dialog.count(), 0);
  assert.ok(page.requests.every((path) => !path.includes('token')));
  assert.deepEqual(others(page.faults), []);
});

test('a user without a token gets a message, and is not asked again and again', async () => {
  const page = await openPage(browser, daemon);
  await page.show('#/experiments/1');
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('none was given').waitFor();
  await page.getByRole('link', { name: 'All experiments' }).click();
  await page.getByRole('heading', { name: 'Experiments' }).waitFor();
  await page.getByText('none was given').waitFor();
  assert.equal(await page.getByRole('dialog').count(), 0);
  assert.deepEqual(others(page.faults), []);
});
