// Edits an experiment's annotations in place: name, notes, tags, pin. The API validates the input.
import { element } from '../dom.js';
import { patch } from '../api.js';
import { tagsIn } from '../request.js';

// done(experiment): called after a change. fill() puts an experiment's values into the form, unless the form is open.
export function annotationEditor({ done, say }) {
  const name = element('input', { type: 'text', name: 'name', maxlength: 200, required: true });
  const tags = element('input', { type: 'text', name: 'tags' });
  const notes = element('textarea', { name: 'notes', rows: 4 });
  const pinned = element('input', { type: 'checkbox', name: 'pinned' });
  const problem = element('p', { class: 'field-error', role: 'alert' });
  const field = (label, control, hint) =>
    element('div', { class: 'field' }, element('label', {}, label, control), element('span', { class: 'hint' }, hint));
  const form = element(
    'form',
    {},
    element(
      'div',
      { class: 'fields' },
      field('Name', name, 'as it stands above and in lists'),
      field('Tags', tags, 'commas between them; the list shows what has one'),
      field('Notes', notes, 'what the figures do not tell'),
      element('div', { class: 'field' }, element('label', { class: 'box' }, pinned, 'Pinned: neither deleted nor cleared away')),
    ),
    problem,
    element('button', { type: 'submit' }, 'Save'),
  );
  const node = element('details', { class: 'annotations' }, element('summary', {}, 'Change name, notes, tags or pin'), form);
  let shown = null;

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    try {
      const changed = await patch(`experiments/${shown.id}`, {
        name: name.value,
        notes: notes.value,
        tags: tagsIn(tags.value),
        pinned: pinned.checked,
      });
      problem.textContent = '';
      node.open = false;
      done(changed);
    } catch (error) {
      problem.textContent = error.errors?.length ? error.errors.map(({ detail }) => detail).join('; ') : '';
      if (!problem.textContent) say(error);
    }
  });

  return {
    node,
    fill: (experiment) => {
      shown = experiment;
      if (node.open) return;
      name.value = experiment.name;
      tags.value = experiment.tags.join(', ');
      notes.value = experiment.notes;
      pinned.checked = experiment.pinned;
    },
  };
}
