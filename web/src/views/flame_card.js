// The flame graph of one profiled run, alone or compared with another engine's: drawing, search, zoom, and the description of
// the current frame.
import { getText } from '../api.js';
import { FlameGraph } from '../charts/flamegraph.js';
import { legendList } from '../charts/legend.js';
import { changePoints, copyName, sampledText, sharePercent } from '../copies.js';
import { element, table } from '../dom.js';
import { bytes, count, listed } from '../format.js';
import { chosenRuns, fillOf, frameLabel, frameLegend, frameText } from '../frames.js';
import { engineLabel } from '../engine_style.js';
import { copyBy, frameById, frameCount, parseFolded, searchFrames, stackTree } from '../stacks.js';
import { select } from './controls.js';

const mostFunctions = 15;
const keys =
  'Arrow up: what a function called; down: who called it; left and right: what else was called. Enter zooms, Escape resets.';

const sameCell = (a, b) => a.message_bytes === b.message_bytes && a.threads === b.threads;

function functionTable({ functions, base }) {
  const share = (label, key) => ({ label, unit: 'of busy time', number: true, cell: (row) => sharePercent(row[key]) });
  const compared = [
    { label: 'Difference', unit: 'points', number: true, cell: ({ change }) => changePoints(change) },
    share('In the other run', 'baseShare'),
  ];
  const columns = [
    ...(base ? compared : []),
    share('Own share', 'share'),
    { label: 'Function', cell: ({ name }) => element('code', {}, name) },
    { label: 'Copy', cell: ({ copies }) => listed(copies.map(copyName)) || 'no' },
    { label: 'Samples', number: true, cell: ({ samples }) => samples.toLocaleString('en') },
  ];
  const title = base ? 'Functions whose own share differs most' : 'Functions by their own share';
  return [element('h4', {}, title), table(title, columns, functions.slice(0, mostFunctions))];
}

export class FlameCard {
  // context: {say, signal, remember}.
  constructor(context) {
    this.context = context;
    this.stacks = new Map();
    this.key = null;
    this.graph = null;
    this.width = 0;
    this.heading = element('h3', { id: 'flame-graph' });
    this.controls = element('div', { class: 'controls' });
    this.searchBox = element('input', {
      type: 'search',
      id: 'flame-search',
      autocomplete: 'off',
      spellcheck: 'false',
      oninput: () => {
        this.remember({ search: this.searchBox.value.trim() });
        this.search();
      },
    });
    this.matched = element('output', { for: 'flame-search' });
    this.reset = element(
      'button',
      { type: 'button', class: 'quiet', disabled: true, onclick: () => this.graph?.zoom(null) },
      'Reset zoom',
    );
    this.legend = element('div', {});
    this.drawing = element('div', { class: 'flame' });
    this.details = element('p', { class: 'flame-details' });
    this.notes = element('p', { class: 'panel-text' });
    this.links = element('div', { class: 'card-foot' });
    this.functions = element('div', {});
    this.node = element(
      'section',
      { class: 'card', 'data-chart': 'flame', 'aria-labelledby': 'flame-graph' },
      element('div', { class: 'card-head' }, this.heading, this.controls),
      element(
        'div',
        { class: 'flame-tools' },
        element('label', { for: 'flame-search' }, 'Search functions '),
        this.searchBox,
        this.matched,
        this.reset,
      ),
      this.legend,
      this.drawing,
      this.details,
      this.notes,
      this.links,
      this.functions,
    );
    this.observer = new ResizeObserver(() => this.resized());
    this.observer.observe(this.drawing);
  }

  // answer: of /profiles. where: {size, at} of the selected configuration.
  async update(answer, state, labels, where) {
    this.answer = answer;
    this.labels = labels;
    this.state = state;
    this.searchBox.value = state.search;
    const { shown, base } = chosenRuns(answer.items, state, where);
    const key = `${shown.run_id} ${base?.run_id ?? ''}`;
    if (key !== this.key) {
      this.key = key;
      this.showing = this.show(key, shown, base);
      this.showing.catch(() => {
        if (this.key === key) this.key = null;
      });
    }
    await this.showing;
    if (this.key === key) this.restore();
  }

  remember(part) {
    this.state = { ...this.state, ...part };
    this.context.remember(part);
  }

  choose(part) {
    this.remember(part);
    this.update(this.answer, this.state, this.labels, {}).catch((error) => {
      if (!this.context.signal.aborted) this.context.say(error);
    });
  }

  async show(key, shown, base) {
    this.drawControls(shown, base);
    const [own, other] = await Promise.all([this.stacksOf(shown), base && this.stacksOf(base)]);
    if (this.context.signal.aborted || this.key !== key) return;
    this.graph?.end();
    this.graph = null;
    this.tree = stackTree(own, other, copyBy(this.answer.rules));
    this.legend.replaceChildren(legendList(frameLegend(this.tree, shown)));
    this.functions.replaceChildren(...functionTable(this.tree));
    if (this.tree.root.value === 0) {
      this.details.textContent = 'There is nothing to draw: no sample hit this run.';
      return;
    }
    this.width = Math.floor(this.drawing.clientWidth);
    this.graph = new FlameGraph(this.drawing, this.tree.root, {
      width: Math.max(this.width, 260),
      label: frameLabel,
      describe: frameText,
      fill: fillOf,
      zoomed: (node) => {
        this.remember({ zoom: node?.id ?? null });
        this.afterZoom(node);
      },
      looked: (node) => this.look(node),
    });
    this.graph.name = `${this.heading.textContent}. ${keys}`;
    this.afterZoom(null);
  }

  stacksOf({ run_id: id }) {
    if (!this.stacks.has(id)) {
      const reading = getText(`runs/${id}/stacks.folded`, this.context.signal).then(parseFolded);
      reading.catch(() => this.stacks.delete(id));
      this.stacks.set(id, reading);
    }
    return this.stacks.get(id);
  }

  restore() {
    if (!this.graph) return;
    this.search();
    this.graph.zoom(this.state.zoom === null ? null : frameById(this.tree.root, this.state.zoom));
  }

  titleOf(item) {
    return `${engineLabel(item.engine, this.labels)}, ${bytes(item.message_bytes)}, ${count(item.threads, 'thread')}`;
  }

  drawControls(shown, base) {
    const { items } = this.answer;
    const against = items.filter((item) => item !== shown && (sameCell(item, shown) || item === base));
    const run = (id) => {
      const next = items.find((item) => item.run_id === id);
      const same = base && items.find((item) => item !== next && item.engine === base.engine && sameCell(item, next));
      this.choose({ run: id, base_run: same?.run_id ?? null });
    };
    this.heading.textContent = `Flame graph: ${this.titleOf(shown)}${base ? `, against ${this.titleOf(base)}` : ''}`;
    const focused = [...this.controls.querySelectorAll('select')].indexOf(document.activeElement);
    this.controls.replaceChildren(
      select(
        'Run',
        items.map((item) => [
          item.run_id,
          `${engineLabel(item.engine, this.labels)}, ${bytes(item.message_bytes)} × ${item.threads}`,
        ]),
        shown.run_id,
        run,
      ),
      select(
        'Compare with',
        [
          [null, 'nothing'],
          ...against.map((item) => [item.run_id, sameCell(item, shown) ? engineLabel(item.engine, this.labels) : this.titleOf(item)]),
        ],
        base?.run_id ?? null,
        (id) => this.choose({ run: shown.run_id, base_run: id }),
      ),
    );
    this.controls.querySelectorAll('select')[focused]?.focus();
    const path = `runs/${shown.run_id}`;
    this.links.replaceChildren(
      element('a', { href: `${path}/flamegraph.svg${base ? `?base_run=${base.run_id}` : ''}` }, 'SVG'),
      element('a', { href: `${path}/stacks.folded` }, 'Folded stacks'),
      element('span', { class: 'muted' }, `Run ${shown.run_id}: ${sampledText(shown)}.`),
    );
  }

  search() {
    const text = this.searchBox.value;
    const result = searchFrames(this.tree.root, text);
    const searching = text.trim() !== '';
    this.graph.search(searching ? result.found : null);
    this.matched.textContent = searching
      ? `${count(result.found.size, 'frame')}, ${sharePercent(result.share)} of the samples; the other frames are white`
      : '';
  }

  // Called from the table of matched functions.
  find(run, symbol) {
    this.choose({ run, base_run: null, search: symbol, zoom: null });
    this.node.scrollIntoView({ block: 'start' });
    this.searchBox.focus({ preventScroll: true });
  }

  afterZoom(node) {
    this.reset.disabled = node === null;
    const all = frameCount(this.tree.root);
    const drawn = this.graph.drawnFrames;
    this.notes.textContent =
      'Width: share of the busy samples. Each frame was called by the one below it. ' +
      (node
        ? `Zoomed into ${node.name}.`
        : drawn < all
          ? `${count(drawn, 'frame')} of ${all.toLocaleString('en')} are wide enough to be drawn; zooming shows the others.`
          : '');
    this.look(node ?? this.tree.root);
  }

  look(node) {
    this.details.textContent = frameText(node);
  }

  resized() {
    const width = Math.floor(this.drawing.clientWidth);
    if (!this.graph || width === 0 || width === this.width) return;
    this.width = width;
    this.graph.resize(Math.max(width, 260));
  }

  end() {
    this.observer.disconnect();
    this.graph?.end();
  }
}
