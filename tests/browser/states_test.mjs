// The page in each of its states: all failed, some failed, doubtful, profiled, on a phone, in print, by keyboard.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { keys } from '../../web/src/views/form.js';
import { figures } from '../../web/src/figures.js';
import { Daemon, marks, openBrowser, openPage, seriousFindings } from './harness.mjs';

let daemon;
let browser;
before(async () => {
  [daemon, browser] = await Promise.all([Daemon.start({ kinds: ['thousand', 'failed', 'mixed', 'profiled', 'levels', 'searched'] }), openBrowser()]);
});
after(async () => {
  await browser?.close();
  await daemon?.end();
});

const views = [
  ['', 'details.queue'],
  ['#/how', '.flow'],
  ['#/experiments/1', ''],
  ['#/experiments/2', ''],
  ['#/experiments/3', ''],
  ['#/experiments/21', ''],
  ['#/compare?base=1&head=3', '[data-chart=ratio] .drawing svg'],
  ['#/history?engine=zero_copy&field_bytes=2048&threads=1', '[data-chart=history-1] .drawing svg'],
];

for (const colorScheme of ['light', 'dark']) {
  test(`axe finds nothing serious in any view, ${colorScheme}`, async () => {
    const page = await openPage(browser, daemon, { colorScheme });
    const grounds = new Set();
    for (const [fragment, awaited] of views) {
      await page.show(fragment);
      if (awaited) await page.locator(awaited).first().waitFor();
      else await page.drawn();
      if (fragment === '') await page.locator('details.queue > summary').click();
      if (['#/experiments/3', '#/compare?base=1&head=3'].includes(fragment))
        for (const summary of await page.locator('details > summary').all()) await summary.click();
      assert.deepEqual(await seriousFindings(page), [], fragment);
      grounds.add(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
    }
    assert.deepEqual([...grounds], [colorScheme === 'dark' ? 'rgb(21, 24, 28)' : 'rgb(255, 255, 255)']);
    assert.deepEqual(page.faults, []);
  });
}

test('if every run failed the page says so with the reason, and draws nothing false', async () => {
  const page = await openPage(browser, daemon);
  await page.show('#/experiments/2');
  await page.drawn();
  await page.getByText('No run completed, so there is no answer.').waitFor();
  assert.match(
    await page.locator('.answer').innerText(),
    /12 runs failed \(.*\): the server ended before its window was over/,
  );
  assert.equal(await page.locator('.drawing svg').count(), 0);
  assert.equal(await page.locator('.drawing .empty').count(), 9);
  assert.deepEqual(page.faults, []);
});

test('failed runs among others are drawn as crosses, with their reason', async () => {
  const page = await openPage(browser, daemon);
  await page.show('#/experiments/3');
  await page.drawn();
  assert.equal(await marks(page, 'throughput', 'failed-runs'), 3);
  assert.match(
    await page.locator('[data-chart=throughput] g.failed-runs title').first().textContent(),
    /exit status 1/,
  );
  assert.match(
    await page.locator('[data-chart=throughput] .notes').textContent(),
    /3 runs failed \(one-copy 32 KiB × 1\): the server ended/,
  );
  const answer = await page.locator('.answer').innerText();
  assert.match(answer, /only one mode has a value/);
  // One run of nine lacks it: the others show no note.
  assert.match(answer, /Page faults: counted for 0\.31 s of 0\.2 s \(1 run: two-copy; messages of 32 KiB; 1 thread\)/);
});

test('a doubtful run has a ring in the charts, with the reason in the legend, the answer and the table', async () => {
  const page = await openPage(browser, daemon);
  await page.show('#/experiments/3');
  await page.drawn();
  const detail = 'Throughput changed by -21.0 % at 0.1 s into the window and stayed there (Pettitt).';
  assert.match(
    await page.locator('.answer .doubts').innerText(),
    /In 1 of 9 runs, throughput changed its level within the window \(.*32 KiB.*\): “Throughput changed by -21\.0 %/,
  );
  assert.equal(await marks(page, 'throughput', 'doubtful-two_copy'), 1);
  assert.ok((await page.locator('[data-chart=throughput] g.doubtful-two_copy title').textContent()).endsWith(detail));
  assert.equal(await page.locator('[data-chart=throughput] .legend li').last().textContent(), 'doubtful run');
  await page.locator('details.runs > summary').click();
  const flag = page.locator('details.runs .flag');
  await flag.first().waitFor();
  assert.equal(await flag.count(), 1);
  assert.equal(await flag.textContent(), 'step');
  assert.equal(await flag.getAttribute('title'), detail);
});

test('a phone shows every view without scrolling sideways', async () => {
  const page = await openPage(browser, daemon, { viewport: { width: 360, height: 740 } });
  for (const [fragment, awaited] of views) {
    await page.show(fragment);
    if (awaited) await page.locator(awaited).first().waitFor();
    else await page.drawn();
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), fragment);
  }
  assert.deepEqual(page.faults, []);
});

test('on a phone the list shows numbers, and tables begin with visible figures', async () => {
  const page = await openPage(browser, daemon, { viewport: { width: 360, height: 740 } });
  await page.show('');
  const row = page.locator('.experiments tbody tr', { hasText: 'Searched' });
  await row.getByRole('link', { name: '21', exact: true }).waitFor();
  for (const [fragment, region, column] of [
    ['#/experiments/1', 'Peak throughput of each engine', 2],
    ['#/experiments/21', /^3 sizes of the search/, 3],
  ]) {
    await page.show(fragment);
    const cell = page.getByRole('region', { name: region }).locator(`tbody tr:last-child td:nth-child(${column})`);
    await cell.waitFor();
    const { x, width } = await cell.boundingBox();
    assert.ok(x + width <= 360, `${fragment}: ${x} + ${width}`);
  }
  assert.deepEqual(page.faults, []);
});

test('a search shows the answer to its question, with a drawing of who is better where', async () => {
  const page = await openPage(browser, daemon, { viewport: { width: 360, height: 740 } });
  await page.show('#/experiments/21');
  await page.drawn();
  assert.equal(await page.locator('h1').textContent(), 'Searched, experiment 21');
  const label = 'zero-copy (requested, copied by the kernel)';
  const answer = await page.locator('.answer').innerText();
  assert.match(answer, /^The answer\s+one-copy has the better CPU time per byte up to fields of 64 bytes, zero-copy \(req/);
  assert.doesNotMatch(answer, /repetitions|Highest throughput|Fastest|Peak/);
  const drawing = page.locator('figure.crossover');
  assert.deepEqual(await drawing.locator('.side').allTextContents(), [`↑ ${label} is better`, '↓ one-copy is better']);
  assert.deepEqual(await drawing.locator('svg text').allTextContents(), ['3', '1', '0.333', '512 B', '8 KiB']);
  for (const text of await drawing.locator('svg text').all()) assert.ok((await text.boundingBox()).height >= 11);
  assert.equal(await drawing.locator('circle').count(), 3);
  assert.equal(await drawing.locator('.interval').count(), 2);
  const intervals = page.getByRole('region', { name: /^3 sizes of the search/ }).locator('tbody td:nth-child(4)');
  assert.deepEqual(await intervals.allTextContents(), ['0.455 to 0.550', 'too wide yet', '2.083 to 3.000']);
  assert.deepEqual(page.faults, []);
});

test('print leaves out controls of the screen', async () => {
  const page = await openPage(browser, daemon, { colorScheme: 'dark' });
  await page.show('#/experiments/3');
  await page.drawn();
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  assert.equal(await page.locator('button:visible, nav:visible, select:visible').count(), 0);
  assert.ok(await page.locator('[data-chart=throughput] svg').first().isVisible());
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)');
});

test('the keyboard reaches the charts’ choices and downloads', async () => {
  const page = await openPage(browser, daemon);
  await page.show('#/experiments/3');
  await page.drawn();
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
  const events = page.locator('[data-chart=cache]').getByLabel('Event');
  await events.focus();
  await page.keyboard.press('ArrowDown');
  await page.locator('[data-chart=cache] h3', { hasText: 'L1 data cache load misses' }).waitFor();
  assert.ok(await events.evaluate((node) => node === document.activeElement), 'the focus was lost');
});

test('a meaningless address is reported; thread counts without runs hide nothing', async () => {
  const page = await openPage(browser, daemon);
  await page.show('#/experiments/abc');
  await page.getByText('“#/experiments/abc” is no address of this page').waitFor();
  await page.locator('.experiments td', { hasText: /^took / }).first().waitFor();
  await page.show('#/experiments/3?threads=99');
  await page.drawn();
  assert.ok((await marks(page, 'throughput', 'runs-two_copy')) > 0);
  assert.deepEqual(page.faults, []);
});

test('a missing experiment is reported', async () => {
  const page = await openPage(browser, daemon);
  await page.show('#/experiments/999');
  await page.getByRole('heading', { name: 'This cannot be shown' }).waitFor();
  await page.locator('#notice').getByText('999').waitFor();
});

test('the glossary has every figure of the API', async () => {
  const { components } = await daemon.get('/openapi.json');
  const columns = Object.keys(components.schemas.Summary.properties.configurations.items.properties.figures.properties);
  assert.deepEqual(figures.map(({ name }) => name).sort(), columns.sort());
});

test('the form has every field of the API', async () => {
  const { components } = await daemon.get('/openapi.json');
  // A search's engines are ticked like a sweep's.
  const fields = Object.keys(components.schemas.ExperimentRequest.properties).filter((name) => name !== 'of');
  assert.deepEqual([...keys].sort(), fields.sort());
});

test('no table of figures is cut off in a window of 1280 px', async () => {
  const page = await openPage(browser, daemon);
  for (const [fragment, region] of [
    ['#/experiments/1', /^Throughput of each configuration/],
    ['#/experiments/1', 'Peak throughput of each engine'],
    ['#/compare?base=1&head=3', /slower, \d+ faster$/],
  ]) {
    await page.show(fragment);
    const table = page.getByRole('region', { name: region });
    await table.waitFor();
    assert.ok(await table.evaluate((node) => node.scrollWidth <= node.clientWidth), `${fragment} ${region}`);
  }
});

test('the axis of sizes has its unit and scale', async () => {
  const page = await openPage(browser, daemon);
  for (const [x, label] of [['log', 'Message size (bytes, log scale)'], ['linear', 'Message size (bytes)']]) {
    await page.show(`#/experiments/3?x=${x}`);
    await page.drawn();
    assert.ok((await page.locator('[data-chart=throughput] svg text').allTextContents()).includes(label), label);
  }
});

test('the run of a profile is in no chart, table or count', async () => {
  const page = await openPage(browser, daemon);
  await page.show('#/experiments/4');
  await page.drawn();
  const runs = await daemon.runs(4);
  assert.deepEqual(
    runs.map(({ kind }) => kind),
    ['measured', 'measured', 'measured', 'profile'],
  );
  assert.equal(await marks(page, 'throughput', 'runs-one_copy'), 3);
  assert.equal(await marks(page, 'retransmits', 'runs-one_copy'), 3);
  assert.equal(await page.locator('[data-chart=steady] select').last().locator('option').count(), 1 + 3);
  await page.getByText('All runs (3)').click();
  await page.locator('.runs tbody tr').first().waitFor();
  assert.equal(await page.locator('.runs tbody tr').count(), 3);
  const peak = page.getByRole('region', { name: 'Peak throughput of each engine' }).locator('tbody td');
  assert.equal(await peak.last().textContent(), '3');
  assert.equal(await page.getByRole('region', { name: /^Throughput of each configuration/ }).locator('tbody td').nth(3).textContent(), '3');
  assert.deepEqual(page.faults, []);
});

test('name, notes, tags and pin are changed on the page, stay, and narrow the list', async () => {
  const page = await openPage(browser, daemon);
  await page.show('#/experiments/2');
  await page.drawn();
  await page.getByText('Change name, notes').click();
  const form = page.locator('.annotations');
  await form.getByLabel('Name').fill('All of them failed');
  await form.getByLabel('Notes').fill('Line one\nline two');
  await form.getByLabel('Tags').fill('broken, second try');
  await form.getByLabel('Pinned').check();
  await form.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'All of them failed' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'All of them failed' }).waitFor();
  assert.equal(await page.locator('.notes-text').textContent(), 'Line one\nline two');
  assert.deepEqual(await page.locator('dd .tags a').allTextContents(), ['broken', 'second try']);
  await page.getByText('Change name, notes').click();
  assert.equal(await form.getByLabel('Tags').inputValue(), 'broken, second try');
  assert.ok(await form.getByLabel('Pinned').isChecked());
  const { name, notes, tags, pinned } = await daemon.get('/experiments/2');
  assert.deepEqual(
    { name, notes, tags, pinned },
    { name: 'All of them failed', notes: 'Line one\nline two', tags: ['broken', 'second try'], pinned: true },
  );

  await page.locator('dd .tags a', { hasText: 'second try' }).click();
  await page.getByRole('heading', { name: 'Experiments tagged “second try”' }).waitFor();
  await page.locator('.experiments tbody tr').first().waitFor();
  assert.deepEqual(await page.locator('.experiments td .name').allTextContents(), ['All of them failed']);
  await page.getByRole('link', { name: 'All experiments' }).click();
  await page.locator('.experiments tbody tr', { hasText: 'A thousand runs' }).waitFor();
  assert.deepEqual(page.faults, []);
});
