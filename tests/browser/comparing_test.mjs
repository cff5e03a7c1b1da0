// The views of comparison and history: their content, forms and addresses.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Daemon, marks, openBrowser, openPage } from './harness.mjs';

let daemon;
let browser;
before(async () => {
  [daemon, browser] = await Promise.all([Daemon.start({ kinds: ['thousand', 'failed', 'mixed', 'levels'] }), openBrowser()]);
});
after(async () => {
  await browser?.close();
  await daemon?.end();
});

test('the form requests a comparison, and its address holds the question', async () => {
  const page = await openPage(browser, daemon);
  await page.show('#/compare');
  await page.getByLabel('Base').fill('1');
  await page.getByLabel('Head').fill('3');
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  await page.locator('[data-chart=ratio] .drawing svg').waitFor();
  assert.match(page.url(), /#\/compare\?base=1&head=3$/);
  // Two sizes at one thread; one-copy failed at the larger one.
  assert.equal(await marks(page, 'ratio', 'ratios-two_copy'), 2);
  assert.equal(await marks(page, 'ratio', 'ratios-one_copy'), 1);
  assert.match(await page.locator('main').textContent(), /Of 4 configurations, the head has:.*nothing to compare at 1/);
  assert.deepEqual(page.faults, []);
});

test('a comparison’s permalink shows the verdicts that the API gives', async () => {
  const page = await openPage(browser, daemon);
  await page.show('#/compare?base=1&head=3&metric=cpu_ns_per_byte&min_effect_pct=2');
  await page.locator('[data-chart=ratio] .drawing svg').waitFor();
  const comparison = await daemon.get('/compare?base=1&head=3&metric=cpu_ns_per_byte&min_effect_pct=2');
  const words = {
    faster: 'faster',
    slower: 'slower',
    no_significant_difference: 'no significant difference',
    too_few_repetitions: 'too few repetitions to tell',
    not_measured: 'not measured',
    cannot_tell: 'cannot tell, most runs are flagged',
  };
  const verdicts = page.locator('.answer td [class^=verdict-]');
  assert.deepEqual(
    await verdicts.allTextContents(),
    comparison.configurations.map(({ verdict }) => words[verdict]),
  );
  for (const [verdict, count] of Object.entries(comparison.counts))
    assert.equal(await page.locator(`.answer td .verdict-${verdict}`).count(), count, verdict);
  let ratios = 0;
  for (const engine of ['two_copy', 'one_copy']) ratios += await marks(page, 'ratio', `ratios-${engine}`);
  assert.equal(ratios, comparison.configurations.filter(({ ratio }) => ratio !== null).length);
  assert.ok(await page.getByText(comparison.sentence).isVisible());
  assert.deepEqual(page.faults, []);
});

test('experiments that differ too much are only compared on request', async () => {
  const page = await openPage(browser, daemon);
  await page.show('#/compare?base=1&head=3');
  await page.locator('[data-chart=ratio] .drawing svg').waitFor();
  await page.route('**/compare?**', async (route) => {
    const response = await route.fetch();
    const json = await response.json();
    json.differences = [{ name: 'host.machine_id', class: 'host', base: 'a', head: ['b'], refused: true }];
    await route.fulfill({ response, json });
  });
  await page.getByLabel('Least effect').fill('3');
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  await page.getByRole('heading', { name: 'Not comparable' }).waitFor();
  await page.getByText('The two differ in host.machine_id.').waitFor();
  assert.equal(await page.locator('[data-chart=ratio]').count(), 0);
  assert.deepEqual(await page.getByRole('region', { name: 'What also differs' }).locator('td').allTextContents(), ['host.machine_id', 'host', 'a', '["b"]']);
  await page.getByRole('link', { name: 'Compare all the same' }).click();
  await page.locator('[data-chart=ratio] .drawing svg').waitFor();
  assert.match(page.url(), /allow_differences=1$/);
  assert.deepEqual(page.faults, []);
});

test('two experiments with nothing in common are reported, and no way around it is offered', async () => {
  const page = await openPage(browser, daemon);
  await page.route('**/compare?**', async (route) => {
    const response = await route.fetch();
    const json = await response.json();
    json.comparison.differences = [{ name: 'pattern', class: 'request', base: 'stream', head: 'request', refused: true }];
    await route.fulfill({ response, json });
  });
  for (const more of ['', '&allow_differences=1']) {
    await page.show(`#/compare?base=3&head=4${more}`);
    await page.getByText('The two have no configuration in common.').waitFor();
    assert.deepEqual(
      await page.locator('.answer details[open] summary').allTextContents(),
      ['Only in the base (4 configurations)', 'Only in the head (1 configuration)'],
    );
    assert.equal(await page.getByText('Compare all the same').count(), 0);
  }
  assert.deepEqual(page.faults.filter((fault) => !/status of 409/.test(fault)), []);
});

test('the forms of history and comparison report invalid input, and show nothing in its place', async () => {
  const page = await openPage(browser, daemon);
  await page.show('#/history?engine=zero_copy&field_bytes=abc');
  await page.getByText('“abc” cannot be taken: bytes from 64').waitFor();
  assert.equal(await page.locator('[data-chart=history-1]').count(), 0);
  await page.getByLabel('Field size').fill('2K');
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await page.locator('[data-chart=history-1] .drawing svg').waitFor();
  assert.match(page.url(), /field_bytes=2048/);
  await page.show('#/compare?base=1&head=3');
  await page.locator('[data-chart=ratio] .drawing svg').waitFor();
  await page.getByLabel('Least effect').fill('-5');
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  await page.getByText('“-5” cannot be taken: percent from 0 to 50').waitFor();
  assert.match(page.url(), /#\/compare\?base=1&head=3$/);
  assert.deepEqual(page.faults, []);
});

// The browser logs each of them.
const unrefused = ({ faults }) => faults.filter((fault) => !/status of 40[04]/.test(fault));

test('the API’s rejection of a comparison shows at its field, and the earlier result is removed', async () => {
  const page = await openPage(browser, daemon);
  const field = (label) => page.getByLabel(label, { exact: true });
  const shows = async (error, base, head) => {
    await page.locator(error).waitFor();
    await page.getByText('Nothing is shown: the form says').waitFor();
    assert.deepEqual([await field('Base').inputValue(), await field('Head').inputValue()], [base, head]);
    assert.equal(await page.locator('[data-chart=ratio], .headline, #notice:visible').count(), 0);
  };
  const twice = '#error-head:text-is("experiment 1 is named twice; allowed: each once, in base or in head")';
  await page.show('#/compare?base=1&head=3');
  await page.locator('[data-chart=ratio] .drawing svg').waitFor();
  await field('Head').fill('1');
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  await shows(twice, '1', '1');
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  await shows(twice, '1', '1');
  await page.reload();
  await shows(twice, '1', '1');
  for (const [head, why] of [['1,3', /^2 experiments are given; allowed: as many as in base, 1$/], ['999', /^There is no experiment 999\.$/]]) {
    await page.show(`#/compare?base=1&head=${head}`);
    await page.locator('#error-head', { hasText: why }).waitFor();
    await page.reload();
    await shows('#error-head:not(:empty)', '1', head);
    assert.match(await page.locator('#error-head').textContent(), why);
  }
  await field('Head').fill('3');
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  await page.locator('[data-chart=ratio] .drawing svg').waitFor();
  assert.equal(await page.locator('.field-error:visible').count(), 0);
  await page.getByRole('link', { name: 'Compare', exact: true }).click();
  await page.locator('.headline').waitFor({ state: 'detached' });
  assert.equal(await page.locator('[data-chart=ratio]').count(), 0);
  assert.equal(await field('Base').inputValue(), '');
  assert.equal(await page.title(), 'copybench');
  assert.deepEqual(unrefused(page), []);
});

test('a history has a mark for each experiment and for each change of level, and labels zero-copy', async () => {
  const page = await openPage(browser, daemon);
  const question = 'engine=zero_copy&field_bytes=2048&threads=1';
  await page.show(`#/history?${question}`);
  await page.locator('[data-chart=history-1] .drawing svg').waitFor();
  const { series } = await daemon.get(`/history?${question}`);
  assert.equal(series.length, 1);
  assert.equal(await marks(page, 'history-1', 'history-points'), series[0].points.length);
  assert.equal(series[0].points.length, 16);
  assert.equal(await marks(page, 'history-1', 'history-doubtful'), 1);
  assert.equal(await page.locator('[data-chart=history-1] .legend li').last().textContent(), 'with doubtful runs');
  assert.equal(await marks(page, 'history-1', 'change-points'), series[0].change_points.length);
  const changes = page.getByRole('region', { name: 'Where the level changed' }).locator('tbody tr');
  assert.equal(await changes.count(), series[0].change_points.length);
  const [change] = series[0].change_points;
  assert.match(await changes.first().textContent(), new RegExp(`^${change.experiment_id}.*−25 %|−2[456] %`));
  await changes.first().getByRole('link', { name: / over / }).click();
  await page.getByRole('heading', { name: `Experiment ${change.experiment_id} over ${change.previous_experiment_id}` }).waitFor();
  await page.goBack();
  assert.match(
    await page.locator('[data-chart=history-1] h3').textContent(),
    /zero-copy \(requested, copied by the kernel\)/,
  );
  assert.deepEqual(page.faults, []);
});
