// The page through nginx with TLS, configured by systemd/nginx.conf, and through a proxy that sends its upstream as the Host.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Daemon, openBrowser, openPage } from './harness.mjs';

const name = 'bench.lan';
const skip = !['/usr/sbin/nginx', '/usr/bin/nginx'].some(existsSync) && 'nginx is missing: apt-get install nginx';
let daemon;
let browser;
const proxies = [];
before(async () => {
  if (skip) return;
  daemon = await Daemon.start();
  browser = await openBrowser([`--host-resolver-rules=MAP ${name} 127.0.0.1`]);
  for (const more of [[], ['--without-headers']]) proxies.push(await startProxy(daemon, more));
  // The ports that browsers see are known only now.
  daemon.options = proxies.flatMap(({ address }) => ['--public-origins', address]);
  await daemon.restart();
});
after(async () => {
  await browser?.close();
  for (const { child } of proxies) {
    child.stdin.end();
    await once(child, 'exit');
  }
  await daemon?.end();
});

async function startProxy({ address }, more) {
  const program = fileURLToPath(new URL('../end_to_end/proxies.py', import.meta.url));
  const child = spawn('python3', ['-B', program, 'nginx', new URL(address).host, ...more], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const port = await Promise.race([
    once(child.stdout, 'data').then(([data]) => Number(data.toString())),
    once(child, 'exit').then(() => Promise.reject(new Error('the proxy did not start'))),
  ]);
  return { child, address: `https://${name}:${port}` };
}

for (const [index, what] of ['as the example has it', 'that names its upstream as the host'].entries()) {
  test(`behind a proxy with TLS ${what} the page draws, queues a sweep and sees it end`, { skip }, async () => {
    const page = await openPage(browser, proxies[index], { ignoreHTTPSErrors: true });
    await page.show('');
    const form = page.locator('details.queue');
    await page.locator('.experiments :is(table, .empty)').waitFor();
    if ((await form.getAttribute('open')) === null) await form.locator('> summary').click();
    await page.getByLabel('Preset').selectOption('');
    await page.getByLabel('Name').fill('Through the proxy');
    await page.locator('.queue-form').getByLabel('two-copy').check();
    await page.getByLabel('Field sizes').fill('512');
    await page.getByLabel('Threads').fill('1');
    await page.getByLabel('Repetitions').fill('2');
    await page.getByLabel('Duration').fill('0.2');
    await page.getByText('More settings').click();
    await page.getByLabel('Warm-up').fill('0');
    await page.getByText(/^[0-9]+ runs, about \d/).waitFor();
    await page.getByRole('button', { name: 'Queue' }).click();
    // The event stream reports it: the page does not poll.
    await page.locator('dd .state-completed').waitFor();
    assert.ok(page.requests.some((path) => /^\/experiments\/\d+\/events$/.test(path)));
    await page.drawn();
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });
}
