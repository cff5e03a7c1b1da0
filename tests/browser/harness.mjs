// Shared parts of the browser tests: a daemon of their own, a browser, a page that collects errors.
import assert from 'node:assert/strict';
import { spawn, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('../../', import.meta.url));
const binary = process.env.COPYBENCH_BINARY ?? join(root, 'build/copybenchd');
const browserBinary = process.env.COPYBENCH_CHROMIUM ?? '/usr/bin/chromium';
// Guards against a hang; no step should take this long.
export const patience = 120_000;

export class Daemon {
  constructor(folder, child, address, options) {
    Object.assign(this, { folder, child, address, options });
  }

  // kinds: experiments of fill.py, written before the tested daemon starts.
  static async start({
    folder = mkdtempSync(join(tmpdir(), 'copybench-browser-')),
    listen = '127.0.0.1:0',
    kinds = [],
    options = [], // additional options of `serve`
  } = {}) {
    if (kinds.length) {
      await (await Daemon.start({ folder })).stop(); // creates the database
      for (const kind of kinds) {
        execFileSync('python3', [
          '-B',
          fileURLToPath(new URL('fill.py', import.meta.url)),
          join(folder, 'copybench.db'),
          kind,
        ]);
      }
    }
    const child = spawn(binary, ['serve', '--config', '/dev/null', '--listen', listen, '--data-dir', folder, ...options], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const address = await new Promise((resolve, reject) => {
      let text = '';
      const read = (chunk) => {
        text += chunk;
        const found = text.match(/listening on (\S+), data in/);
        if (found) resolve(found[1]);
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.on('error', reject);
      child.on('exit', () => reject(new Error(`the daemon did not start:\n${text}`)));
    });
    return new Daemon(folder, child, address, options);
  }

  async stop(signal = 'SIGTERM') {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => {
      this.child.on('exit', resolve);
    });
    this.child.kill(signal);
    await ended;
  }

  async restart() {
    await this.stop();
    const listen = this.address.replace('http://', '');
    Object.assign(this, await Daemon.start({ folder: this.folder, listen, options: this.options }));
  }

  async end() {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async get(path) {
    const response = await fetch(`${this.address}${path}`);
    assert.equal(response.status, 200, path);
    return response.json();
  }

  async queue(request) {
    const response = await fetch(`${this.address}/experiments`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(request),
    });
    assert.equal(response.status, 202, await response.clone().text());
    return response.json();
  }

  // Waits on the experiment's event stream, which closes at the end.
  async finished(id) {
    const response = await fetch(`${this.address}/experiments/${id}/events`, { signal: AbortSignal.timeout(240_000) });
    await response.text();
    return this.get(`/experiments/${id}`);
  }

  // Returns the id of an experiment whose runs all completed. Where other programs hold the CPU for a whole window, nothing
  // arrives
  // in it and its run fails: the experiment is then measured again with longer windows.
  async measured(request) {
    for (let duration = request.duration_s; ; duration *= 4) {
      const { id } = await this.queue({ ...request, duration_s: duration });
      const { state } = await this.finished(id);
      if (state === 'completed') return id;
      const reasons = (await this.runs(id)).flatMap(({ reason }) => reason ?? []);
      const starved = reasons.every((reason) => reason.includes('nothing arrived within the window'));
      assert.ok(starved && duration < 4, `${state}: ${reasons}`);
      const deleted = await fetch(`${this.address}/experiments/${id}`, { method: 'DELETE' });
      assert.equal(deleted.status, 204);
    }
  }

  async runs(id) {
    const items = [];
    for (let next = ''; next !== null;) {
      const page = await this.get(`/experiments/${id}/runs?limit=500${next && `&cursor=${next}`}`);
      items.push(...page.items);
      next = page.next;
    }
    return items;
  }
}

// more: arguments for Chromium.
export async function openBrowser(more = []) {
  if (!existsSync(browserBinary)) {
    throw new Error(
      `${browserBinary} is missing. On Debian: apt-get install --no-install-recommends chromium; elsewhere name it in COPYBENCH_CHROMIUM.`,
    );
  }
  // The last four keep Chromium from contacting its own hosts.
  return chromium.launch({
    executablePath: browserBinary,
    timeout: patience,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...more,
    ],
  });
}

// A page that records everything that should not happen. options: of Playwright's newContext.
export async function openPage(browser, daemon, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  const faults = [];
  const requests = [];
  const { host } = new URL(daemon.address);
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`script: ${error.stack}`));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol === 'blob:') return;
    requests.push(url.pathname + url.search);
    if (url.host !== host) faults.push(`a request to elsewhere: ${request.url()}`);
  });
  return Object.assign(page, {
    faults,
    requests,
    show: async (fragment) => {
      await page.goto(`${daemon.address}/${fragment}`);
    },
    // Charts 5 to 7 are drawn last, from each run's evidence.
    drawn: async () => {
      await page.waitForSelector('[data-chart=distribution] .drawing :is(svg, .empty)');
    },
  });
}

export const marks = (page, chart, group) => page.locator(`[data-chart=${chart}] .drawing g.${group} > *`).count();

// axe's serious findings as text. The debugger evaluates it, since no Content-Security-Policy applies to that.
export async function seriousFindings(page) {
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .slice(0, 3)
          .map((node) => `${node.html.slice(0, 160)} (${node.any[0]?.message ?? ''})`)
          .join('; ')}`,
    );
}
