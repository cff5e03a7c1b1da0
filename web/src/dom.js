// Makes elements from values. Text is always set as text: nothing that the API returns is parsed as HTML.

const svgNamespace = 'http://www.w3.org/2000/svg';

function fill(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? '' : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ''));
  return node;
}

export const element = (name, attributes, ...children) => fill(document.createElement(name), attributes, children);
export const svg = (name, attributes, ...children) =>
  fill(document.createElementNS(svgNamespace, name), attributes, children);

// columns: [{label, unit, number, wrap, cell: (row) => text or node}].
export function table(caption, columns, rows) {
  const units = columns.some((column) => column.unit);
  const classOf = ({ number, wrap }) => [number ? 'number' : '', wrap ? 'wrap' : ''].join(' ').trim() || null;
  const heads = columns.map((column) =>
    element(
      'th',
      { scope: 'col', class: classOf(column) },
      column.label,
      units ? element('span', { class: 'unit' }, column.unit ?? '') : null,
    ),
  );
  const body = rows.map((row) =>
    element(
      'tr',
      {},
      columns.map((column) => element('td', { class: classOf(column) }, column.cell(row))),
    ),
  );
  return element(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
    element('table', {}, element('thead', {}, element('tr', {}, heads)), element('tbody', {}, body)),
  );
}

export const missing = (reason) => element('span', { class: 'missing', title: reason ?? null }, '–');

// "15.7 (15.1 to 16.2)", in two lines if space is short.
export const valueWithSpan = (value, span) => [value, ' ', element('span', { class: 'span' }, `(${span})`)];

export const state = (name) => element('span', { class: `state state-${name}` }, name.replace('_', ' '));

// Copies text to the clipboard and says so on the button. Without a secure context (a plain-http address that is not
// loopback) there is no clipboard, so the text is selected for the user to copy.
export function copyButton(label, target) {
  const button = element('button', { type: 'button', class: 'quiet' }, label);
  button.addEventListener('click', async () => {
    const text = target.textContent;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = 'Copied';
    } catch {
      getSelection().selectAllChildren(target);
      button.textContent = 'Selected: press Ctrl+C';
    }
  });
  button.addEventListener('blur', () => {
    button.textContent = label;
  });
  return button;
}

export function download(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = element('a', { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  // By then the browser has read the blob, and the URL only keeps it in memory.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
