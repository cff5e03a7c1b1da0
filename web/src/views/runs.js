// Every run with every figure. Drawn only when opened, since a thousand runs are some 30,000 cells.
import { element, missing, state, table } from '../dom.js';
import { flagsOf } from '../doubts.js';
import { bytes } from '../format.js';
import { figures } from '../figures.js';
import { engineLabel } from '../engine_style.js';
import { zerocopyLabels } from '../series.js';

const atOnce = 200;

const flagsCell = (run) =>
  flagsOf(run).map(({ kind, detail }) => element('span', { class: 'flag', title: detail }, kind.replace('_', ' ')));

const columns = [
  { label: 'Run', number: true, cell: (run) => element('a', { href: `runs/${run.run_id}` }, String(run.run_id)) },
  { label: 'Engine', cell: (run) => engineLabel(run.engine, zerocopyLabels([run])) },
  { label: 'Field', number: true, cell: (run) => bytes(run.field_bytes) },
  { label: 'Message', number: true, cell: (run) => bytes(run.message_bytes) },
  { label: 'Threads', number: true, cell: (run) => String(run.threads) },
  { label: 'Repetition', number: true, cell: (run) => String(run.repetition) },
  { label: 'State', cell: (run) => element('span', {}, state(run.state), run.reason ? `: ${run.reason}` : '') },
  { label: 'Flags', wrap: true, cell: flagsCell },
  ...figures.map((entry) => ({
    label: entry.label,
    unit: entry.unit,
    number: true,
    cell: (run) => {
      const value = run[entry.name];
      if (Number.isFinite(value)) return entry.text(value);
      return missing(run.missing?.[entry.name] ?? run.reason ?? run.state);
    },
  })),
];

export class RunsTable {
  constructor() {
    this.body = element('div', {});
    this.summary = element('summary', {});
    this.node = element('details', { class: 'data runs', ontoggle: () => this.draw() }, this.summary, this.body);
    this.shown = atOnce;
  }

  update(runs) {
    this.runs = [...runs].sort((a, b) => a.run_id - b.run_id);
    this.summary.textContent = `All runs (${runs.length})`;
    this.body.replaceChildren();
    this.draw();
  }

  draw() {
    if (!this.node.open || this.body.firstChild) return;
    const more = this.runs.length - this.shown;
    this.body.replaceChildren(
      this.runs.length
        ? table('Every run with every figure', columns, this.runs.slice(0, this.shown))
        : element('p', {}, 'No run has ended yet.'),
      more > 0
        ? element(
            'button',
            {
              type: 'button',
              onclick: () => {
                this.shown = Infinity;
                this.body.replaceChildren();
                this.draw();
              },
            },
            `Show the other ${more}`,
          )
        : '',
    );
  }
}
