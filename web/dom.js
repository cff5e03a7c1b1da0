// Elements from values. Text is always set as text: nothing that the API returns is ever read as HTML.

export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === 'class') node.className = value;
    else node.setAttribute(key, value === true ? '' : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

// columns: [{label, unit, number, cell: (row) => text or node}].
export function table(caption, columns, rows) {
  const units = columns.some((column) => column.unit);
  const heads = columns.map((column) =>
    element('th', { scope: 'col', class: column.number ? 'number' : null }, column.label,
      units ? element('span', { class: 'unit' }, column.unit ?? '') : null));
  const body = rows.map((row) => element('tr', {}, ...columns.map((column) =>
    element('td', { class: [column.number ? 'number' : '', column.wrap ? 'wrap' : ''].join(' ').trim() || null },
      column.cell(row)))));
  return element('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
    element('table', {}, element('thead', {}, element('tr', {}, ...heads)), element('tbody', {}, ...body)));
}

export const missing = (reason) => element('span', { class: 'missing', title: reason ?? null }, '–');
