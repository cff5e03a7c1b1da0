import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { spread } from '../../web/src/stats.js';
import { Daemon, marks, openBrowser, openPage } from './harness.mjs';

const defaultEvents =
  'cpu-cycles instructions cache-misses L1-dcache-load-misses LLC-load-misses context-switches page-faults task-clock'.split(
    ' ',
  );
const engines = ['two_copy', 'one_copy', 'zero_copy'];
let daemon;
let browser;
let id;
let runs;
before(async () => {
  [daemon, browser] = await Promise.all([Daemon.start(), openBrowser()]);
  id = await daemon.measured({
    name: 'Real runs',
    engines,
    field_sizes: [512, 4096],
    threads: [1, 2],
    duration_s: 0.2,
    warmup_s: 0,
    repetitions: 2,
    events: [...defaultEvents, 'cpu-clock'],
  });
  runs = await daemon.runs(id);
});
after(async () => {
  await browser?.close();
  await daemon?.end();
});

const figureOf = {
  throughput: 'throughput_gbps',
  cache: 'cache_misses',
  switches: 'context_switches',
  retransmits: 'retransmits',
};

test('each chart holds the marks that the data require', async () => {
  const page = await openPage(browser, daemon);
  await page.show(`#/experiments/${id}`);
  await page.drawn();
  const cost = runs.some((run) => run.cycles_per_byte !== null) ? 'cycles_per_byte' : 'cpu_ns_per_byte';
  for (const [chart, name] of Object.entries({ ...figureOf, cost })) {
    for (const engine of engines) {
      const own = runs.filter((run) => run.engine === engine && run[name] !== null);
      assert.equal(await marks(page, chart, `runs-${engine}`), own.length, `${chart} ${engine}`);
      assert.equal(
        await marks(page, chart, `medians-${engine}`),
        new Set(own.map((run) => `${run.field_bytes} ${run.threads}`)).size,
        chart,
      );
      // Where a chart has no data, one sentence lists everything missing.
      const lacking = runs.filter((run) => run.engine === engine && run[name] === null);
      assert.equal(
        await marks(page, chart, `missing-${engine}`),
        runs.some((run) => run[name] !== null)
          ? new Set(lacking.map((run) => `${run.field_bytes} ${run.threads}`)).size
          : 0,
        chart,
      );
    }
    const drawn = runs.some((run) => run[name] !== null);
    assert.equal(await page.locator(`[data-chart=${chart}] .drawing > svg`).count(), drawn ? 1 : 0, chart);
    if (!drawn)
      assert.match(await page.locator(`[data-chart=${chart}] .empty`).textContent(), /^No run has this figure: .+/);
  }
  for (const engine of engines) {
    const own = runs.filter((run) => run.engine === engine && run.message_bytes === 32768);
    const names = ['latency_us', 'latency_p50_us', 'latency_p90_us', 'latency_p99_us', 'latency_p999_us'];
    assert.equal(
      await marks(page, 'latency', `runs-${engine}`),
      own.flatMap((run) => names.filter((name) => run[name] !== null)).length,
    );
  }
  assert.match(
    await page.locator('[data-chart=cost] h3').textContent(),
    cost === 'cycles_per_byte' ? /CPU cycles per byte/ : /CPU nanoseconds per byte/,
  );
  assert.deepEqual(page.faults, []);
});

test('every tick has its label', async () => {
  const page = await openPage(browser, daemon);
  await page.show(`#/experiments/${id}?y=log`);
  await page.drawn();
  for (const chart of ['throughput', 'distribution', 'cost']) {
    const texts = await page.locator(`[data-chart=${chart}] .drawing svg text`).allTextContents();
    assert.ok(texts.length > 4 && texts.every((text) => text !== ''), `${chart}: ${JSON.stringify(texts)}`);
  }
});

test('charts of single runs draw the evidence of the shown runs, and request no other', async () => {
  const page = await openPage(browser, daemon);
  await page.show(`#/experiments/${id}?size=4096&at=2&rep=2`);
  await page.drawn();
  const shown = runs.filter((run) => run.message_bytes === 4096 && run.threads === 2 && run.repetition === 2);
  let busy = 0;
  for (const { run_id: run, engine } of shown) {
    const { evidence } = await daemon.get(`/runs/${run}`);
    assert.equal(await marks(page, 'steady', `samples-${engine}`), evidence.samples.bytes.length, engine);
    assert.equal(await marks(page, 'distribution', `line-${engine}`), 1, engine);
    const states = ['user', 'nice', 'system', 'irq', 'softirq', 'guest', 'steal'];
    busy +=
      states.filter((state) => evidence.machine_cpu[`${state}_ns`] > 0).length + (evidence.server.cpu_ns > 0 ? 1 : 0);
  }
  assert.equal(await marks(page, 'cpu', 'cpu-states'), busy);
  const asked = page.requests.filter((path) => path.startsWith('/runs/'));
  assert.equal(new Set(asked).size, asked.length, 'a run was asked for twice');
  assert.equal(asked.length, shown.length);
  assert.deepEqual(
    page.requests.filter((path) => !path.startsWith('/runs/') && !/^\/($|app-|chunk-|style-|icon)/.test(path)).sort(),
    [`/experiments/${id}`, `/experiments/${id}/runs?limit=500`, `/experiments/${id}/summary`],
  );
  assert.match(await page.locator('.profiles').textContent(), /Not profiled/);
  assert.deepEqual(page.faults, []);
});

test('the page’s spread equals the summary’s', async () => {
  const { configurations } = await daemon.get(`/experiments/${id}/summary`);
  for (const { engine, field_bytes, threads, figures } of configurations) {
    const own = runs.filter(
      (run) =>
        run.engine === engine &&
        run.field_bytes === field_bytes &&
        run.threads === threads &&
        run.state === 'completed',
    );
    const mine = spread(own.map((run) => run.throughput_gbps));
    const api = figures.throughput_gbps;
    for (const [name, value, theirs] of [
      ['median', mine.median, api.median],
      ['low', mine.low, api.ci95_median.low],
      ['high', mine.high, api.ci95_median.high],
      ['coverage', mine.coverage, api.ci95_median.coverage],
    ]) {
      assert.ok(Math.abs(value - theirs) < 1e-3 * (Math.abs(theirs) + api.max), `${name}: ${value}, ${theirs}`);
    }
  }
});

test('the answer labels zero-copy, names peaks, and lists missing figures with the reason', async () => {
  const page = await openPage(browser, daemon);
  await page.show(`#/experiments/${id}`);
  await page.drawn();
  const text = await page.locator('.answer').innerText();
  assert.match(text, /Zero-copy was requested, copied by the kernel: 100 % of [\d,]+ completions/);
  assert.match(text, /zero-copy \(requested, copied by the kernel\)/);
  const { engines: peaks } = await daemon.get(`/experiments/${id}/summary`);
  for (const { throughput_gbps: peak } of peaks)
    assert.ok(text.includes(peak.median.toFixed(3)), `${peak.median} is not in:\n${text}`);
  if (runs.some((run) => run.cycles_per_byte === null))
    assert.match(text, /could not be measured[\s\S]*CPU cycles per byte: .+/);
});

test('the downloads open and have the right size', async () => {
  const page = await openPage(browser, daemon);
  await page.show(`#/experiments/${id}`);
  await page.drawn();
  const card = page.locator('[data-chart=throughput]');
  const save = async (name) => {
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      card.getByRole('button', { name, exact: true }).click(),
    ]);
    return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
  };
  const svg = await save('SVG');
  assert.equal(svg.name, `copybench-${id}-throughput.svg`);
  const text = svg.bytes.toString();
  const [, width, height] = text.match(/<svg[^>]* width="(\d+)" height="(\d+)"/);
  assert.equal(Number(width), 720);
  for (const part of [
    'Message size',
    'Throughput (Gbit/s)',
    '1 thread',
    '2 threads',
    'two-copy',
    'requested, copied by the kernel',
    'repetitions',
  ]) {
    assert.ok(text.includes(part), part);
  }
  assert.ok(!text.includes('var('), 'a variable of the page is left');
  // The machine comes from the experiment's record.
  const { circumstances } = await daemon.get(`/experiments/${id}`);
  const fact = (name) => circumstances.facts.find((entry) => entry.name === name).value;
  const words = text.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
  assert.ok(words.includes(`${fact('host.name')}, Linux ${fact('kernel.release')}, ${fact('cpu.model')}`), words);

  const png = await save('PNG');
  assert.deepEqual([...png.bytes.subarray(0, 8)], [137, 80, 78, 71, 13, 10, 26, 10]);
  const expected = [width, height].map((length) => Math.round((length * 300) / 96));
  assert.deepEqual([png.bytes.readUInt32BE(16), png.bytes.readUInt32BE(20)], expected);
  assert.equal(png.bytes.subarray(37, 41).toString(), 'pHYs');
  assert.equal(png.bytes.readUInt32BE(41), 11811); // dots a metre: 300 DPI

  const csv = (await save('CSV')).bytes.toString().trim().split('\r\n');
  assert.equal(csv.length, 1 + engines.length * 2 * 2);
  assert.equal(csv[0], 'engine,zerocopy,message_bytes,threads,n,median,median_ci95_low,median_ci95_high,min,max,failed,missing');

  assert.equal(csv.filter((line) => line.startsWith('zero_copy,"requested, copied by the kernel",')).length, 4);

  // Both images decode in a separate page.
  const empty = await (await browser.newContext()).newPage();
  for (const [type, bytes, size] of [
    ['image/svg+xml', svg.bytes, [720, Number(height)]],
    ['image/png', png.bytes, expected],
  ]) {
    const decoded = await empty.evaluate(
      async ([kind, data]) => {
        const image = new Image();
        image.src = `data:${kind};base64,${data}`;
        await image.decode();
        return [image.naturalWidth, image.naturalHeight];
      },
      [type, bytes.toString('base64')],
    );
    assert.deepEqual(decoded, size, type);
  }
  assert.deepEqual(page.faults, []);
});

test('the address carries the view, and restores it', async () => {
  const page = await openPage(browser, daemon);
  await page.show(`#/experiments/${id}`);
  await page.drawn();
  const controls = page.getByRole('form', { name: 'What is shown' });
  await controls.getByLabel('zero-copy').uncheck();
  await controls.getByLabel('1', { exact: true }).uncheck();
  await controls.getByLabel('Values').selectOption('log');
  await controls.getByLabel('Sizes and threads').selectOption('linear');
  await page.locator('[data-chart=cache]').getByLabel('Event').selectOption('llc_load_misses');
  await page.locator('[data-chart=cost]').getByLabel('Cost').selectOption('system_cpu_ns_per_byte');
  await page.locator('[data-chart=latency] select').selectOption('4096');
  const { hash } = new URL(page.url());
  assert.equal(
    hash,
    `#/experiments/${id}?engines=two_copy,one_copy&threads=2&size=4096&cache=llc_load_misses&cost=system_cpu_ns_per_byte&x=linear&y=log`,
  );

  const other = await openPage(browser, daemon);
  await other.show(hash);
  await other.drawn();
  assert.equal(await marks(other, 'throughput', 'runs-zero_copy'), 0);
  // The headline covers all measured data, whatever the charts hide.
  const answerOf = (one) => one.locator('.answer :is(.headline, .sentences, td)').allTextContents();
  const whole = await openPage(browser, daemon);
  await whole.show(`#/experiments/${id}`);
  await whole.drawn();
  assert.deepEqual(await answerOf(other), await answerOf(whole));
  await other.getByText('also of what the charts below do not show').waitFor();
  assert.equal(
    await marks(other, 'throughput', 'runs-two_copy'),
    runs.filter((run) => run.engine === 'two_copy' && run.threads === 2).length,
  );
  assert.match(await other.locator('[data-chart=cache] h3').textContent(), /Last-level cache load misses/);
  assert.match(await other.locator('[data-chart=cost] h3').textContent(), /whole machine/);
  assert.match(await other.locator('[data-chart=latency] h3').textContent(), /4 KiB/);
  assert.equal(await other.getByRole('form', { name: 'What is shown' }).getByLabel('Values').inputValue(), 'log');
  assert.deepEqual([...page.faults, ...other.faults], []);
});

test('the last ticked box stays, thread counts share a chart on request, and tables hold the data', async () => {
  const page = await openPage(browser, daemon);
  await page.show(`#/experiments/${id}?engines=two_copy`);
  await page.drawn();
  const controls = page.getByRole('form', { name: 'What is shown' });
  await controls.getByLabel('two-copy').click();
  assert.ok(await controls.getByLabel('two-copy').isChecked());
  await controls.getByLabel('Panels').selectOption('engines');
  await page.locator('[data-chart=throughput] g.thread-counts').waitFor();
  assert.equal(await marks(page, 'throughput', 'thread-counts'), 2);
  await page.locator('[data-chart=throughput] summary').click();
  await page.locator('[data-chart=throughput] tbody tr').first().waitFor();
  assert.equal(await page.locator('[data-chart=throughput] tbody tr').count(), 4);
  await page.getByText(`All runs (${runs.length})`).click();
  await page.locator('.runs tbody tr').first().waitFor();
  assert.equal(await page.locator('.runs tbody tr').count(), runs.length);
  assert.deepEqual(page.faults, []);
});

test('legends name engines and thread counts, whatever the panels', async () => {
  const page = await openPage(browser, daemon);
  for (const panels of ['threads', 'engines', 'none']) {
    await page.show(`#/experiments/${id}?panels=${panels}`);
    await page.drawn();
    for (const chart of ['throughput', 'cost', 'switches']) {
      const labels = await page.locator(`[data-chart=${chart}] .legend li`).allTextContents();
      assert.deepEqual(labels.filter((label) => label !== 'doubtful run'), [
        'two-copy',
        'one-copy',
        'zero-copy (requested, copied by the kernel)',
        '1 thread',
        '2 threads',
      ]);
    }
    // A line looks like its thread count's entry in the legend.
    const [one, two] = await page
      .locator('[data-chart=throughput] g.line-two_copy path')
      .evaluateAll((paths) => paths.map((path) => Number(path.getAttribute('stroke-width'))));
    assert.ok(one < two, `${one} ${two}`);
  }
  assert.deepEqual(page.faults, []);
});

test('a choice in one chart of single runs applies to all of them', async () => {
  const page = await openPage(browser, daemon);
  await page.show(`#/experiments/${id}`);
  await page.drawn();
  await page.locator('[data-chart=cpu]').getByLabel('Repetition').selectOption('2');
  for (const chart of ['cpu', 'steady', 'distribution'])
    assert.equal(await page.locator(`[data-chart=${chart}]`).getByLabel('Repetition').inputValue(), '2', chart);
  assert.deepEqual(page.faults, []);
});

test('every counted event can be drawn', async () => {
  const page = await openPage(browser, daemon);
  await page.show(`#/experiments/${id}`);
  await page.drawn();
  const event = page.locator('[data-chart=cache]').getByLabel('Event');
  assert.deepEqual(await event.locator('option').allTextContents(), [
    'Cache misses',
    'L1 data cache load misses',
    'Last-level cache load misses',
    'cpu-clock',
  ]);
  await event.selectOption('cpu-clock');
  await page.locator('[data-chart=cache] h3', { hasText: 'cpu-clock against message size' }).waitFor();
  for (const engine of engines) {
    const counted = runs.filter((run) => run.engine === engine && run.counters['cpu-clock'] !== null);
    assert.equal(await marks(page, 'cache', `runs-${engine}`), counted.length, engine);
  }
  assert.match(page.url(), /cache=cpu-clock$/);
  assert.deepEqual(page.faults, []);
});

test('the script is small, named by its content, cached for good, and comes with all that it needs', async () => {
  const html = await (await fetch(`${daemon.address}/`)).text();
  const scripts = [...html.matchAll(/="((?:app|chunk)-[0-9A-Z]{8}\.js)"/g)].map(([, script]) => script);
  let length = 0;
  for (const script of scripts) {
    const response = await fetch(`${daemon.address}/${script}`);
    assert.match(response.headers.get('cache-control'), /immutable/);
    assert.match(response.headers.get('etag'), /^"[0-9a-f]{32}"$/);
    assert.equal(
      response.headers.get('content-security-policy'),
      "default-src 'self'; img-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    );
    length += (await response.arrayBuffer()).byteLength;
  }
  assert.ok(length > 50_000 && length < 400_000, `${scripts}: ${length} bytes`);
  assert.match(html, /<script type="module" src="app-/);
});
