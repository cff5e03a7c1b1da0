import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Daemon, openBrowser, openPage } from './harness.mjs';

let daemon;
let browser;
before(async () => {
  daemon = await Daemon.start();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await daemon?.end();
});

const listed = (page) => page.locator('.experiments :is(table, .empty)').waitFor();
const openForm = async (page) => {
  await listed(page);
  const form = page.locator('details.queue');
  if ((await form.getAttribute('open')) === null) await form.locator('> summary').click();
};

test('an empty database shows what to do, and the form with an estimate', async () => {
  const page = await openPage(browser, daemon);
  await page.show('');
  await page.getByText('None yet.').waitFor();
  await page.getByText('12 runs, about').waitFor();
  assert.deepEqual(page.faults, []);
});

test('a sweep is queued from the form and watched until it has ended', async () => {
  const page = await openPage(browser, daemon);
  await page.show('');
  await openForm(page);
  await page.getByLabel('Preset').selectOption('');
  await page.getByLabel('Name').fill('From the form');
  await page.locator('.queue-form').getByLabel('two-copy').check();
  await page.locator('.queue-form').getByLabel('one-copy').check();
  await page.getByLabel('Field sizes').fill('512 4K');
  await page.getByLabel('Threads').fill('1');
  await page.getByLabel('Repetitions').fill('2');
  await page.getByLabel('Duration').fill('1');
  await page.getByText('More settings').click();
  await page.getByLabel('Warm-up').fill('0');
  await page.getByText(/^8 runs, about \d/).waitFor();
  await page.getByText('The same with curl').click();
  const curl = await page.locator('.curl code').textContent();
  assert.ok(curl.startsWith(`curl -X POST ${daemon.address}/experiments`));
  const { seed, ...asked } = JSON.parse(curl.match(/-d '(.*)'$/)[1]);
  assert.deepEqual(asked, {
    name: 'From the form',
    engines: ['two_copy', 'one_copy'],
    field_sizes: [512, 4096],
    threads: [1],
    repetitions: 2,
    duration_s: 1,
    warmup_s: 0,
  });

  await page.getByRole('button', { name: 'Queue' }).click();
  await page.getByRole('heading', { name: 'From the form' }).waitFor();
  await page.locator('progress').waitFor();
  await page.getByText(/^now: (two|one)-copy, messages of/).waitFor();
  await page.locator('dd .state-completed').waitFor();
  await page.getByText('8 of 8 runs').waitFor();
  await page.drawn();
  const { items } = await daemon.get('/experiments');
  assert.equal(items.length, 1);
  assert.deepEqual([items[0].spec.field_sizes, items[0].spec.warmup_s], [[512, 4096], 0]);
  // Events carried its runs while it ran: the page read the list once, after the end.
  assert.equal(page.requests.filter((path) => path.includes('/runs?')).length, 1);
  assert.deepEqual(page.faults, []);
});

test('the form requests a search, and repetitions by precision, as the API expects them', async () => {
  const page = await openPage(browser, daemon);
  await page.show('');
  await openForm(page);
  await page.getByLabel('Repetitions').fill('2 % 5-30');
  await page.getByText(/^60 to 360 runs, about .* to /).waitFor();
  await page.getByLabel('Kind').selectOption('crossover');
  assert.equal(await page.getByLabel('Preset').isVisible(), false);
  await page.locator('.queue-form').getByLabel('one-copy').check();
  await page.locator('#error-engines', { hasText: 'two' }).waitFor();
  await page.locator('.queue-form').getByLabel('zero-copy').check();
  await page.getByLabel('Field sizes').fill('64 to 64K');
  await page.getByLabel('Threads').fill('1');
  await page.getByLabel('Compared by').selectOption('cpu_ns_per_byte');
  await page.getByText(/^\d+ to \d+ runs, about .* to /).waitFor();
  await page.locator('#error-engines').waitFor({ state: 'hidden' });
  assert.deepEqual(page.faults, []);
});

test('experiments queued elsewhere appear, progress and disappear by themselves', async () => {
  const page = await openPage(browser, daemon);
  await page.show('');
  await listed(page);
  const { id } = await daemon.queue({
    name: 'Elsewhere',
    engines: ['zero_copy'],
    field_sizes: [512],
    threads: [1],
    duration_s: 0.2,
    warmup_s: 0,
    repetitions: 3,
  });
  const row = page.locator('tbody tr', { hasText: 'Elsewhere' });
  await row.getByText('now: zero-copy (requested, copied by the kernel)').waitFor();
  await row.getByText('3 of 3 runs').waitFor();
  await row.locator('.state-completed').waitFor();
  await fetch(`${daemon.address}/experiments/${id}`, { method: 'DELETE' });
  await row.waitFor({ state: 'detached' });
  // The event stream carried all of that: the page read the list once.
  assert.equal(page.requests.filter((path) => path.startsWith('/experiments?limit')).length, 1);
  assert.deepEqual(page.faults, []);
});

test('charts of single runs are drawn while others are measured, each read when its run has ended', async () => {
  const { id } = await daemon.queue({
    name: 'Under way',
    engines: ['two_copy'],
    field_sizes: [512],
    threads: [1],
    duration_s: 0.5,
    warmup_s: 0,
    repetitions: 50,
  });
  const page = await openPage(browser, daemon);
  await page.show(`#/experiments/${id}`);
  for (const chart of ['cpu', 'steady', 'distribution', 'switches'])
    await page.locator(`[data-chart=${chart}] .drawing svg`).waitFor();
  assert.equal(await page.locator('dd .state-running').count(), 1);
  await page
    .locator('[data-chart=steady] .annotation')
    .getByText(/, Linux .*; over loopback/)
    .waitFor();
  await fetch(`${daemon.address}/experiments/${id}/cancel`, { method: 'POST' });
  await page.locator('dd .state-cancelled').waitFor();
  const asked = page.requests.filter((path) => path.startsWith('/runs/'));
  assert.equal(new Set(asked).size, asked.length);
  assert.deepEqual(page.faults, []);
});

test('bad input shows at its field with the API’s message, and queues nothing', async () => {
  const page = await openPage(browser, daemon);
  await page.show('');
  const { items: before_ } = await daemon.get('/experiments');
  await openForm(page);
  await page.getByLabel('Threads').fill('1 9999');
  await page.locator('#error-threads').getByText('allowed: 1 to 256').waitFor();
  assert.match(await page.locator('#error-threads').textContent(), /value 2: 9999/);
  assert.equal(await page.getByLabel('Threads').getAttribute('aria-invalid'), 'true');
  await page.getByText('More settings').click();
  await page.getByLabel('Events').fill('a;b');
  await page.locator('#error-events').getByText('letters, digits').waitFor();
  await page.getByLabel('Repetitions').fill('many');
  await page.locator('#error-repetitions').getByText('“many” cannot be read: write a number such as 10, or 2 % 5-30').waitFor();
  await page.getByLabel('Repetitions').fill('0 % 5-3');
  await page.locator('#error-repetitions').getByText('percentage: 0 is out of range').waitFor();
  await page.getByLabel('Seed').fill('9007199254740993');
  await page.locator('#error-seed').getByText('“9007199254740993” cannot be read: write a whole number from 0 to 9007199254740991').waitFor();
  await page.getByLabel('Socket buffers').fill('1');
  await page.locator('#error-socket_buffer_bytes').getByText('leave it out for').waitFor();
  const told = await page.locator('.field-error').allTextContents();
  assert.ok(told.every((text) => !/[{}]|until_ci_pct|null/.test(text)), told.join('\n'));
  await page.getByRole('button', { name: 'Queue' }).click();
  await page.locator('#field-threads:focus').waitFor();
  await page.getByLabel('Threads').fill('1');
  await page.locator('#error-threads').waitFor({ state: 'hidden' });
  assert.equal((await daemon.get('/experiments')).items.length, before_.length);
  assert.deepEqual(page.faults, []);
});

test('an event that perf does not know is reported at its field, and does not block the form', async () => {
  const page = await openPage(browser, daemon);
  await page.show('');
  await openForm(page);
  await page.getByText('More settings').click();
  await page.getByLabel('Events').fill('task-clock no-such-event');
  await page.locator('#warning-events').getByText('value 2: no-such-event will have no value').waitFor();
  await page.getByText('12 runs, about').waitFor();
  assert.equal(await page.getByLabel('Events').getAttribute('aria-invalid'), null);
  assert.deepEqual(page.faults, []);
});

test('an experiment is cancelled and deleted from the list', async () => {
  const { id } = await daemon.queue({
    name: 'Long',
    engines: ['two_copy'],
    field_sizes: [512],
    threads: [1],
    duration_s: 100,
  });
  const page = await openPage(browser, daemon);
  await page.show('');
  const row = page.locator('tbody tr', { hasText: 'Long' });
  await row.getByText(/now: two-copy/).waitFor();
  await row.getByRole('button', { name: 'Cancel Long' }).click();
  await row.locator('.state-cancelled').waitFor();
  await row.getByText('0 of 1 run measured, 1 cancelled').waitFor();
  await row.getByRole('button', { name: 'Delete Long' }).click();
  const question = page.getByRole('alertdialog', { name: 'Delete “Long”?' });
  await question.getByText('Its 1 run and all that was measured').waitFor();
  await question.locator('button:focus', { hasText: 'Keep' }).click();
  await question.waitFor({ state: 'detached' });
  await row.locator('button:focus', { hasText: 'Delete' }).press('Enter');
  await question.getByRole('button', { name: 'for good' }).click();
  await question.waitFor({ state: 'detached' });
  await row.waitFor({ state: 'detached' });
  assert.equal((await fetch(`${daemon.address}/experiments/${id}`)).status, 404);
  assert.deepEqual(page.faults, []);
});

test('a stream that the daemon rejects shows the daemon’s message, and is retried', async () => {
  const { id } = await daemon.queue({ engines: ['two_copy'], field_sizes: [512], threads: [1], duration_s: 60, warmup_s: 0 });
  const page = await openPage(browser, daemon);
  let refusals = 0;
  await page.route('**/events', async (route) => {
    refusals += 1;
    if (refusals > 1) return route.continue();
    return route.fulfill({ status: 429, contentType: 'application/problem+json', body: '{"detail": "All streams are taken."}' });
  });
  await page.show(`#/experiments/${id}`);
  await page.getByText('All streams are taken. This page asks again by itself.').waitFor();
  assert.equal(await page.getByText('does not answer').count(), 0);
  await page.getByText('All streams are taken.').waitFor({ state: 'detached' });
  await fetch(`${daemon.address}/experiments/${id}/cancel`, { method: 'POST' });
  await page.locator('dd .state-cancelled').waitFor();
});

test('after a restart of the daemon an open page reconnects and goes on', async () => {
  const { id } = await daemon.queue({
    name: 'Restarted',
    engines: ['two_copy'],
    field_sizes: [512],
    threads: [1],
    duration_s: 1, // shorter, and other programs may hold the CPU for a whole window, in which nothing arrives
    warmup_s: 0,
    repetitions: 12,
  });
  const page = await openPage(browser, daemon);
  await page.show(`#/experiments/${id}`);
  await page.getByText(/^[1-9]\d* of 12 runs/).waitFor();
  const list = await openPage(browser, daemon);
  await list.show('');
  await listed(list);
  await daemon.stop('SIGKILL');
  await page.getByText('The daemon does not answer; this page connects again by itself.').waitFor();
  await daemon.restart();
  await page.locator('dd .state-completed').waitFor();
  await page.getByText('12 of 12 runs').waitFor();
  assert.equal(await page.getByText('The daemon does not answer').count(), 0);
  await list.locator('tbody tr', { hasText: 'Restarted' }).locator('.state-completed').waitFor();
  await list.locator('#notice').waitFor({ state: 'hidden' });
  const runs = await daemon.runs(id);
  assert.equal(runs.filter((run) => run.state === 'completed').length, 12);
  await page.drawn();
  assert.equal(await page.locator('[data-chart=throughput] g.runs-two_copy > *').count(), 12);
  assert.deepEqual(
    page.faults.filter(
      (fault) => !/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/.test(fault),
    ),
    [],
  );
});
