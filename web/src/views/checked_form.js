// Forms whose few values the page itself validates. An invalid value is reported at its field, and no default replaces it.
import { element } from '../dom.js';

export const checkedField = (name, control) =>
  element('div', {}, control, element('p', { class: 'field-error', id: `error-${name}`, role: 'alert' }));

export const textField = (name, label, value, more = {}) =>
  checkedField(
    name,
    element(
      'label',
      {},
      `${label} `,
      element('input', { type: 'text', name, value, autocomplete: 'off', 'aria-describedby': `error-${name}`, ...more }),
    ),
  );

// problems: {name of the field: what is allowed}.
export function showProblems(form, problems) {
  for (const error of form.querySelectorAll('.field-error')) {
    const name = error.id.replace('error-', '');
    error.textContent = problems[name] ?? '';
    const input = form.querySelector(`[name="${name}"]`);
    if (problems[name]) input?.setAttribute('aria-invalid', 'true');
    else input?.removeAttribute('aria-invalid');
  }
}

// On submit: shows the problems, or goes to the address that `link` makes of the form's values. chosen: values of its selects.
export const submitted = (chosen, check, link) => (event) => {
  event.preventDefault();
  const form = event.target;
  const { state, problems } = check(new URLSearchParams({ ...Object.fromEntries(new FormData(form)), ...chosen }));
  showProblems(form, problems);
  const address = link(state);
  if (Object.keys(problems).length) form.querySelector('[aria-invalid]')?.focus();
  // The same address causes no event, but its data may have changed.
  else if (location.hash === address) window.dispatchEvent(new HashChangeEvent('hashchange'));
  else location.hash = address;
};

export const nothingShown = () => element('p', { class: 'empty' }, 'Nothing is shown: the form says what cannot be taken.');
