// Profiles of real runs on the page: shares, sentences, flame graph, comparison, by mouse, keyboard and address.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { copyBy, parseFolded, stackTree } from '../../web/src/stacks.js';
import { Daemon, openBrowser, openPage, seriousFindings } from './harness.mjs';

const copies = ['gather', 'send', 'deferred', 'receive'];
const label = 'zero-copy (requested, copied by the kernel)';
let daemon;
let browser;
let id;
let profiles;
let one; // of one_copy
let zero;
const stacks = new Map(); // by run
before(async () => {
  [daemon, browser] = await Promise.all([Daemon.start(), openBrowser()]);
  id = await daemon.measured({
    engines: ['one_copy', 'zero_copy'],
    field_sizes: [8192],
    threads: [1],
    duration_s: 0.3,
    warmup_s: 0.1,
    repetitions: 1,
    profile: true,
  });
  profiles = await daemon.get(`/experiments/${id}/profiles`);
  [one, zero] = ['one_copy', 'zero_copy'].map((engine) => profiles.items.find((item) => item.engine === engine));
  for (const { run_id: run } of profiles.items)
    stacks.set(run, parseFolded(await (await fetch(`${daemon.address}/runs/${run}/stacks.folded`)).text()));
});
after(async () => {
  await browser?.close();
  await daemon?.end();
});

// Where perf may not see the kernel there are stacks, but no shares to test.
function profiled(name, check) {
  test(name, async (context) => {
    const reason = profiles.items.length ? profiles.items.find((item) => item.reason)?.reason : 'no profile';
    if (reason) context.skip(reason);
    else await check();
  });
}

async function open(query, options) {
  const page = await openPage(browser, daemon, options);
  await page.show(`#/experiments/${id}${query}`);
  await page.locator('.flame g.frame').first().waitFor();
  return page;
}
const frame = (page, name) => page.locator(`.flame g.frame[name="${name}"]`).first();

profiled(
  'every stack that is wide enough has its frame, and the copies are those that the daemon counted',
  async () => {
    const page = await open(`?run=${zero.run_id}`);
    const { root } = stackTree(stacks.get(zero.run_id), null, copyBy(profiles.rules));
    const width = await page.locator('.flame svg').evaluate((drawing) => Number(drawing.getAttribute('width')));
    const counted = new Map();
    for (const { frames, samples } of stacks.get(zero.run_id))
      for (let depth = 0; depth <= frames.length; ++depth) {
        const path = frames.slice(0, depth).join(';');
        counted.set(path, (counted.get(path) ?? 0) + samples);
      }
    const wide = [...counted.values()].filter((samples) => (samples / counted.get('')) * width > 0.3);
    assert.equal(await page.locator('.flame g.frame').count(), wide.length);
    assert.equal(
      await frame(page, 'engine')
        .getAttribute('aria-label')
        .then((text) => text.match(/^engine: [\d.]+ % \(([\d,]+)/)[1]),
      counted.get('engine').toLocaleString('en'),
    );

    const own = Object.fromEntries(copies.map((copy) => [copy, 0]));
    const add = (node) => {
      if (node.copy) own[node.copy] += node.self;
      node.children.forEach(add);
    };
    add(root);
    for (const copy of copies) assert.equal(own[copy], zero.copy_share[copy].samples, copy);
    const drawn = await page.locator('.flame g.frame rect[fill="url(#hatch-deferred)"]').count();
    assert.ok(drawn > 0);
    const legend = await page.locator('[data-chart=flame] .legend li').allTextContents();
    assert.ok(legend.includes(`deferred copy, ${(100 * zero.copy_share.deferred.share).toFixed(1)} %`), legend.join());
    // The page requested what it shows once, and no other profiles.
    assert.deepEqual(
      page.requests.filter((path) => /profile|folded/.test(path.replace(/-[0-9A-Z]{8}\.js/, ''))).sort(),
      [
        `/experiments/${id}/profiles`,
        page.requests.find((path) => path.startsWith('/profile_body-')),
        `/runs/${zero.run_id}/stacks.folded`,
      ],
    );
    assert.deepEqual(page.faults, []);
  },
);

profiled('the answer has the daemon’s words, the table its shares, and the rules what they matched', async () => {
  const page = await open('');
  const said = await page.locator('.answer .copy-costs li').allTextContents();
  // The page writes thousands and apostrophes in its own way.
  const plain = (sentence) => sentence.replaceAll(',', '').replaceAll('’', "'");
  assert.deepEqual(
    said.map(plain),
    profiles.words[0].sentences.map((sentence) =>
      plain(sentence.replaceAll('zero_copy', label).replaceAll('one_copy', 'one-copy')),
    ),
  );
  // Where other programs' packets are handled on one-copy's threads, the daemon says that instead.
  assert.ok(
    said.some(
      (sentence) =>
        /^zero-copy \(.+\) spends [\d.]+ % in the deferred copy that one-copy does not have\.$/.test(sentence) ||
        /^one-copy has [\d.]+ % of its samples in a deferred copy, which it cannot have: /.test(sentence),
    ),
    said.join('\n'),
  );
  const row = page.locator('.profiles table').first().locator('tbody tr', { hasText: label });
  const cells = await row.locator('td').allTextContents();
  const percent = (share) => (share === 0 ? '0 %' : `${(100 * share).toFixed(share < 0.001 ? 2 : 1)} %`);
  for (const copy of copies) assert.ok(cells.includes(percent(zero.copy_share[copy].share)), `${copy}: ${cells}`);
  assert.ok(cells.includes(zero.copy_share.busy_samples.toLocaleString('en')), cells.join());
  assert.match(await page.locator('.profiles > div > p').textContent(), /Sampled: (cycles|cpu-clock), [\d,]+ Hz, /);

  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.locator('.profiles').getByRole('button', { name: 'CSV' }).click(),
  ]);
  const lines = (await readFile(await file.path(), 'utf8')).trim().split('\r\n');
  assert.equal(
    lines[0],
    'run_id,engine,zerocopy,message_bytes,threads,busy_samples,gather,send,deferred,receive,total,other,event,reason',
  );
  assert.equal(lines.length, 1 + profiles.items.length);

  await page.locator('.rules > summary').click();
  assert.equal(await page.locator('.rules table').first().locator('tbody tr').count(), profiles.rules.length);
  const [{ symbol }] = one.copy_share.send.symbols;
  await page
    .locator('.rules tr', { hasText: 'one-copy' })
    .getByRole('button', { name: symbol, exact: true })
    .first()
    .click();
  await page.locator('.flame g.found').first().waitFor();
  assert.equal(new URLSearchParams(page.url().split('?')[1]).get('search'), symbol);
  assert.deepEqual(page.faults, []);
});

profiled('a search says how much it found', async () => {
  const page = await open(`?run=${one.run_id}`);
  await page.getByLabel('Search functions').fill('TCP_sendmsg');
  const all = stacks.get(one.run_id);
  const sum = (lines) => lines.reduce((total, { samples }) => total + samples, 0);
  const share = sum(all.filter(({ frames }) => frames.some((name) => name.includes('tcp_sendmsg')))) / sum(all);
  await page.locator('.flame-tools output', { hasText: `${(100 * share).toFixed(1)} % of the samples` }).waitFor();
  const found = await page
    .locator('.flame g.found')
    .evaluateAll((frames) => frames.map((node) => node.getAttribute('name')));
  assert.ok(found.length > 0 && found.every((name) => name.includes('tcp_sendmsg')), found.join());
  assert.deepEqual(page.faults, []);
});

profiled('frames are reached and zoomed by keyboard', async () => {
  const page = await open(`?run=${one.run_id}`);
  await page.getByLabel('Search functions').focus();
  const focused = () => page.evaluate(() => document.activeElement.getAttribute('name'));
  for (let i = 0; i < 3 && (await focused()) !== 'all'; ++i) await page.keyboard.press('Tab');
  assert.equal(await focused(), 'all', 'one Tab stop for the whole drawing');
  await page.keyboard.press('ArrowUp');
  const first = await focused();
  const label = await page.evaluate(() => document.activeElement.getAttribute('aria-label'));
  assert.match(label, new RegExp(`^${first}: [\\d.]+ % \\([\\d,]+ samples`));
  assert.equal(await page.locator('.flame-details').textContent(), label);
  assert.equal(
    await page.evaluate(() => getComputedStyle(document.activeElement.querySelector('rect')).strokeWidth),
    '5px',
  );
  await page.keyboard.press('ArrowRight');
  const second = await focused();
  assert.notEqual(second, first);
  await page.keyboard.press('ArrowLeft');
  assert.equal(await focused(), first);
  const before = await page.locator('.flame g.frame').count();
  await page.keyboard.press('Enter');
  assert.equal(await focused(), first, 'the frame keeps the focus');
  assert.match(page.url(), /zoom=\d+/);
  assert.equal(await frame(page, second).count(), 0, 'what was beside it is gone');
  assert.match(await page.locator('[data-chart=flame] .panel-text').textContent(), new RegExp(`Zoomed into ${first}`));
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('.flame g.frame').count(), before);
  assert.doesNotMatch(page.url(), /zoom=/);
  await page.keyboard.press('ArrowDown');
  assert.equal(await focused(), 'all');
  assert.deepEqual(page.faults, []);
});

profiled('two engines are compared, in colour and in words, and the address restores the view', async () => {
  const page = await open(`?run=${zero.run_id}`);
  const card = page.locator('[data-chart=flame]');
  await card.getByLabel('Compare with').focus();
  await card.getByLabel('Compare with').selectOption({ label: 'one-copy' });
  await page.locator('.flame g.frame[name$=" engine"]').waitFor();
  assert.match(await card.locator('h3').textContent(), /against one-copy/);
  assert.ok(await card.getByLabel('Compare with').evaluate((node) => node === document.activeElement));
  const share = (run, name) => {
    const { root } = stackTree(stacks.get(run), null, () => null);
    return root.children.find((child) => child.name === name).share;
  };
  const points = 100 * (share(zero.run_id, 'engine') - share(one.run_id, 'engine'));
  const text = await frame(page, 'all')
    .locator('xpath=following-sibling::*')
    .evaluateAll((nodes) =>
      nodes.map((node) => node.getAttribute('aria-label')).find((name) => name.startsWith('engine: ')),
    );
  const [, sign, size] = text.match(/in the other run [\d.]+ %, so ([+−±])([\d.]+) points$/);
  assert.ok(Math.abs((sign === '−' ? -1 : 1) * Number(size) - points) < 0.051, `${text}: ${points}`);
  // The function that only zero-copy spends time in has a larger share here, and the frame says so.
  const [{ symbol }] = zero.copy_share.deferred.symbols;
  const copying = page.locator(`.flame g.frame[name^="+"][name$=" ${symbol}"]`);
  assert.match(await copying.first().locator('rect').getAttribute('fill'), /--flame-more/);
  assert.match(await card.locator('table').textContent(), new RegExp(symbol.replace(/\W/g, '\\$&')));

  await card.getByLabel('Search functions').fill('skb');
  await page.locator('.flame g.frame[name$=" engine"]').click();
  await page.waitForFunction(() => location.hash.includes('zoom='));
  const { hash } = new URL(page.url());
  assert.match(hash, new RegExp(`\\?run=${zero.run_id}&base_run=${one.run_id}&search=skb&zoom=\\d+$`));
  const other = await open(hash.slice(hash.indexOf('?')));
  await other.locator('[data-chart=flame] .panel-text', { hasText: 'Zoomed into engine' }).waitFor();
  assert.equal(await other.getByLabel('Search functions').inputValue(), 'skb');
  assert.equal(await other.getByLabel('Compare with').inputValue(), String(one.run_id));
  const drawn = (shown) =>
    shown
      .locator('.flame g.frame')
      .evaluateAll((nodes) => nodes.map((node) => `${node.getAttribute('class')} ${node.getAttribute('name')}`));
  assert.deepEqual(await drawn(other), await drawn(page));
  await other.getByRole('button', { name: 'Reset zoom' }).click();
  await other.getByLabel('Compare with').selectOption('nothing');
  await other.locator('.flame g.frame[name=engine]').waitFor();
  assert.match(other.url(), new RegExp(`\\?run=${zero.run_id}&search=skb$`));
  assert.deepEqual([...page.faults, ...other.faults], []);
});

profiled(
  'axe finds nothing serious in it in either colour scheme; a narrow screen holds it; paper gets a table',
  async () => {
    const page = await open(`?run=${zero.run_id}&base_run=${one.run_id}&search=skb`);
    await page.locator('.rules > summary').click();
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await seriousFindings(page), [], colorScheme);
    }
    await page.setViewportSize({ width: 390, height: 800 });
    await page.waitForFunction(() => document.querySelector('.flame svg').getAttribute('width') < 390);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    await page.emulateMedia({ media: 'print' });
    assert.equal(await page.locator('.flame').isVisible(), false);
    assert.equal(await page.getByRole('heading', { name: 'Functions whose own share differs most' }).isVisible(), true);
    assert.deepEqual(page.faults, []);
  },
);
