// A chart on the page: heading, controls, legend, drawing, notes on missing values, annotation, downloads, data table.
// Lifetime: made once for a view, then update()d, so that an open table and the focus survive new data.
import { download, element, table } from '../dom.js';
import { csvCell } from '../format.js';
import { legendList } from './legend.js';
import { chartFile, pngBlob, svgBlob } from './export.js';

export const csvOf = ({ columns, rows }) =>
  [columns.map(({ key }) => key), ...rows.map((row) => columns.map(({ key }) => row[key]))]
    .map((row) => row.map(csvCell).join(','))
    .join('\r\n') + '\r\n';

export class ChartCard {
  // say: (error) => …, reports a failed download. controls: nodes that choose what is drawn.
  constructor(id, { say, controls = [] }) {
    this.id = id;
    this.width = 700;
    this.heading = element('h3', { id: `chart-${id}` });
    this.legend = element('div', {});
    this.panelText = element('p', { class: 'panel-text' });
    this.drawing = element('div', { class: 'drawing' });
    this.notes = element('div', { class: 'notes' });
    this.annotation = element('p', { class: 'annotation' });
    this.body = element('div', {});
    this.details = element(
      'details',
      { class: 'data', ontoggle: () => this.drawTable() },
      element('summary', {}, 'Data table'),
      this.body,
    );
    const button = (label, title, make) =>
      element(
        'button',
        { type: 'button', class: 'quiet', title, onclick: () => Promise.resolve().then(make).catch(say) },
        label,
      );
    const name = (ending) => `${this.fileName}.${ending}`;
    this.actions = element(
      'div',
      { class: 'actions' },
      button('PNG', 'Download the chart as PNG, 300 DPI', async () => {
        download(await pngBlob(chartFile(this.chart, this.annotationLines)), name('png'));
      }),
      button('SVG', 'Download the chart as SVG', () =>
        download(svgBlob(chartFile(this.chart, this.annotationLines)), name('svg')),
      ),
    );
    this.csvButton = button('CSV', 'Download this chart’s data as CSV', () =>
      download(new Blob([csvOf(this.chart)], { type: 'text/csv' }), name('csv')),
    );
    this.node = element(
      'section',
      { class: 'card', 'data-chart': id, 'aria-labelledby': `chart-${id}` },
      element('div', { class: 'card-head' }, this.heading, element('div', { class: 'controls' }, controls)),
      this.legend,
      this.panelText,
      this.drawing,
      this.notes,
      this.annotation,
      element('div', { class: 'card-foot' }, this.actions, this.csvButton),
      this.details,
    );
    // Only a changed width needs another drawing. A redraw also calls this, with the same width.
    this.observer = new ResizeObserver(() => this.resized());
    this.observer.observe(this.drawing);
  }

  // chart: {title, legend, panelText, plot(width), columns, rows, empty, note}; empty is why there is no drawing.
  // notes: sentences on what failed or is missing.
  update(chart, { notes = [], annotation, fileName }) {
    this.chart = chart;
    this.annotationLines = annotation;
    this.fileName = fileName;
    this.heading.textContent = `${chart.number}. ${chart.title}`;
    this.annotation.textContent = annotation.join(' ');
    const all = [...notes, chart.note].filter(Boolean);
    this.notes.replaceChildren(...all.map((note) => element('p', {}, note)));
    this.draw();
    this.body.replaceChildren();
    this.drawTable();
  }

  // Reads the available width. Returns true if it has changed.
  measure() {
    const width = Math.floor(this.drawing.clientWidth);
    if (width === 0 || width === this.width) return false;
    this.width = width;
    return true;
  }

  resized() {
    if (this.measure() && this.chart) this.draw();
  }

  draw() {
    const { chart } = this;
    const drawing = chart.plot(Math.max(this.width, 260));
    if (drawing) {
      drawing.setAttribute('role', 'img');
      drawing.setAttribute('aria-label', `${chart.title}. ${chart.panelText} Its values are in the data table below.`);
      this.legend.replaceChildren(legendList(chart.legend));
      this.panelText.textContent = chart.panelText;
      this.drawing.replaceChildren(drawing);
    } else {
      this.legend.replaceChildren();
      this.panelText.textContent = '';
      this.drawing.replaceChildren(element('p', { class: 'empty' }, chart.empty));
    }
    this.actions.hidden = !drawing;
    this.csvButton.hidden = chart.rows.length === 0;
    this.details.hidden = chart.rows.length === 0;
    this.annotation.hidden = !drawing;
  }

  // Builds only an open table, to save the cost of the others.
  drawTable() {
    if (!this.details.open || !this.chart || this.body.firstChild) return;
    const shown = this.chart.columns.filter(({ fileOnly }) => !fileOnly);
    const columns = shown.map(({ key, label, unit, number, wrap, text }) => ({
      label,
      unit,
      number,
      wrap,
      cell: (row) => (text ? text(row) : String(row[key] ?? '–')),
    }));
    this.body.replaceChildren(table(`${this.chart.title}: data`, columns, this.chart.rows));
  }

  end() {
    this.observer.disconnect();
  }
}
