// The token that a daemon may require. This tab keeps it while it is open, and sends it with each request, never as part of an
// address. If the daemon requires it, the user is asked once for all waiting requests.
import { download, element } from './dom.js';

const key = 'copybench-token';
let question = null;
let refused = false; // the user gave none

export class NoToken extends Error {
  constructor() {
    super('This daemon asks for a token, and none was given. Reload this page to be asked again.');
  }
}

function ask(wrong) {
  const input = element('input', { type: 'password', autocomplete: 'off', spellcheck: 'false', required: true });
  const cancel = element('button', { type: 'button', class: 'quiet' }, 'Cancel');
  const form = element(
    'form',
    {},
    element('h2', { id: 'token-title' }, 'This daemon asks for its token'),
    element('p', {}, 'It is in the file that the daemon was started with (--token-file). This tab keeps it while it is open.'),
    wrong ? element('p', { role: 'alert' }, 'That was not its token.') : null,
    element('p', {}, element('label', {}, 'Token ', input)),
    element('p', {}, element('button', { type: 'submit' }, 'Use it'), ' ', cancel),
  );
  const dialog = element('dialog', { class: 'token', 'aria-labelledby': 'token-title' }, form);
  document.body.append(dialog);
  dialog.showModal();
  let given = false;
  return new Promise((resolve, reject) => {
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      sessionStorage.setItem(key, input.value.trim());
      given = true;
      dialog.close();
      resolve();
    });
    cancel.addEventListener('click', () => dialog.close());
    // Also closed by Escape.
    dialog.addEventListener('close', () => {
      dialog.remove();
      refused = !given;
      if (!given) reject(new NoToken());
    });
  });
}

// fetch() with the token. Throws NoToken if the user gives none.
export async function fetchAuthorized(path, options = {}) {
  for (;;) {
    const token = sessionStorage.getItem(key);
    const headers = token ? { ...options.headers, Authorization: `Bearer ${token}` } : options.headers;
    const response = await fetch(path, { ...options, headers });
    if (response.status !== 401) return response;
    if (refused) throw new NoToken();
    // Another request may have asked the user meanwhile.
    if (sessionStorage.getItem(key) === token) {
      question ??= ask(token !== null).finally(() => {
        question = null;
      });
      await question;
    }
  }
}

// A link cannot carry a token, so its target is fetched and downloaded as a file. Without a token, links work as usual.
export function followLinks(say) {
  document.addEventListener('click', async (event) => {
    const link = /** @type {HTMLAnchorElement} */ (/** @type {Element} */ (event.target).closest?.('a[href]'));
    // Excludes other views of this page and files that are being downloaded (blob:).
    const own = link?.host === location.host && link.pathname !== location.pathname;
    if (!own || sessionStorage.getItem(key) === null || event.defaultPrevented) return;
    event.preventDefault();
    try {
      const response = await fetchAuthorized(link.href);
      if (!response.ok) throw new Error((await response.json().catch(() => null))?.detail ?? `HTTP ${response.status}`);
      const extension = response.headers.get('Content-Type')?.startsWith('application/json') ? '.json' : '.txt';
      const name = link.pathname.slice(1).replaceAll('/', '-');
      download(await response.blob(), link.download || (name.includes('.') ? name : name + extension));
    } catch (error) {
      say(error);
    }
  });
}
