// The page's drawing time; this test has the machine for itself.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Daemon, marks, openBrowser, openPage } from '../browser/harness.mjs';

let daemon;
let browser;
before(async () => {
  [daemon, browser] = await Promise.all([Daemon.start({ kinds: ['thousand'] }), openBrowser()]);
});
after(async () => {
  await browser?.close();
  await daemon?.end();
});

// This browser's and machine's time for elements and text alone, in ms.
const yardstick = (page) =>
  page.evaluate(() => {
    const begun = performance.now();
    const box = document.createElement('div');
    for (let i = 0; i < 20_000; ++i) box.append(Object.assign(document.createElement('span'), { textContent: `run ${i} ` }));
    document.body.append(box);
    box.getBoundingClientRect();
    box.remove();
    return performance.now() - begun;
  });
// Measured as three to five when the limit was set, whether other programs used the machine or not.
const most = 10;

test('a thousand runs are drawn within the page’s goal', async () => {
  // The best of a few attempts: on a shared machine a single one measures the others more than the page.
  let page;
  let took = Infinity;
  let unit = Infinity;
  for (let attempt = 0; attempt < 5 && !(took < most * unit); ++attempt) {
    page = await openPage(browser, daemon);
    await page.show('#/experiments/1');
    await page.drawn();
    const marked = (name) => page.evaluate((mark) => performance.getEntriesByName(mark)[0].startTime, name);
    took = Math.min(took, (await marked('copybench-drawn')) - (await marked('copybench-data')));
    unit = Math.min(unit, await yardstick(page));
  }
  console.log(`1,000 runs drawn in ${Math.round(took)} ms, ${(took / unit).toFixed(1)} times the yardstick`);
  assert.ok(took < most * unit, `${took} ms, where 20,000 elements take ${unit} ms`);
  let drawn = 0;
  for (const engine of ['two_copy', 'one_copy', 'zero_copy'])
    drawn += await marks(page, 'throughput', `runs-${engine}`);
  assert.equal(drawn, 1000);
  const answer = await page.locator('.answer').innerText();
  assert.match(answer, /The lead passes from two-copy to one-copy between 8 KiB and 32 KiB/);
  assert.match(await page.locator('[data-chart=cost] h3').textContent(), /CPU cycles per byte/);
  // The record has no machine, and the page does not fill in today's.
  assert.match(
    await page.locator('[data-chart=throughput] .annotation').textContent(),
    /Host, kernel and CPU of this experiment are not known/,
  );
  assert.deepEqual(page.faults, []);
});
