// The controls of an experiment's view. Each choice goes into the address.
import { element } from '../dom.js';
import { bytes, count } from '../format.js';
import { costs, figure } from '../figures.js';
import { engineLabel } from '../engine_style.js';

const boxes = (legend, values, asked, label, changed) => {
  const chosen = asked.filter((value) => values.includes(value)); // an address may contain values that no run has
  return element(
    'fieldset',
    { class: 'boxes' },
    element('legend', {}, legend),
    values.map((value) =>
      element(
        'label',
        {},
        element('input', {
          type: 'checkbox',
          value: String(value),
          checked: chosen.length === 0 || chosen.includes(value),
          onchange: (event) => {
            const inputs = [...event.target.closest('fieldset').querySelectorAll('input')];
            const on = values.filter((_, i) => inputs[i].checked);
            // An empty view is useless, so the last box stays on.
            if (on.length === 0) event.target.checked = true;
            else changed(on.length === values.length ? [] : on);
          },
        }),
        label(value),
      ),
    ),
  );
};

export const select = (label, options, chosen, changed) =>
  element(
    'label',
    { class: 'select' },
    `${label} `,
    element(
      'select',
      { onchange: (event) => changed(options[event.target.selectedIndex][0]) },
      options.map(([value, text]) => element('option', { value: String(value), selected: value === chosen }, text)),
    ),
  );

// Remembers the focused choice by its place in its chart or in `controls`. The returned function restores the focus when the
// controls have been rebuilt.
export function heldFocus(controls) {
  const focused = document.activeElement?.closest?.('select, input');
  const within = focused?.closest('[data-chart]') ?? controls;
  const choices = () => [...within.querySelectorAll('select, input')];
  const index = choices().indexOf(focused);
  return () => choices()[index]?.focus();
}

// dimensions and labels: of all runs. change(part of the state).
export function viewControls({ engines, threads }, labels, state, change) {
  return element(
    'form',
    { class: 'view-controls', 'aria-label': 'What is shown', onsubmit: (event) => event.preventDefault() },
    boxes(
      'Engines',
      engines,
      state.engines,
      (engine) => engineLabel(engine, labels),
      (chosen) => change({ engines: chosen }),
    ),
    boxes('Threads', threads, state.threads, String, (chosen) => change({ threads: chosen })),
    threads.length > 1 || engines.length > 1
      ? select(
          'Panels',
          [
            ['threads', 'one for each thread count'],
            ['engines', 'one for each engine'],
            ['none', 'all in one'],
          ],
          state.panels,
          (panels) => change({ panels }),
        )
      : null,
    select(
      'Sizes and threads',
      [
        ['log', 'logarithmic'],
        ['linear', 'linear'],
      ],
      state.x,
      (x) => change({ x }),
    ),
    select(
      'Values',
      [
        ['auto', 'as each chart suits'],
        ['linear', 'linear from 0'],
        ['log', 'logarithmic'],
      ],
      state.y,
      (y) => change({ y }),
    ),
  );
}

export const sizeSelect = (sizes, shown, change) =>
  select(
    'Message',
    sizes.map((size) => [size, bytes(size)]),
    shown,
    (size) => change({ size }),
  );
export const threadSelect = (threads, shown, change) =>
  select(
    'Threads',
    threads.map((at) => [at, count(at, 'thread')]),
    shown,
    (at) => change({ at }),
  );
export const repetitionSelect = (repetitions, state, change) =>
  select(
    'Repetition',
    [['median', 'the median one'], ...repetitions.map((rep) => [rep, String(rep)])],
    state.rep,
    (rep) => change({ rep }),
  );
export const cacheSelect = (events, shown, change) =>
  select(
    'Event',
    events.map((name) => [name, figure(name).label]),
    shown,
    (cache) => change({ cache }),
  );
export const costSelect = (shown, change) =>
  select(
    'Cost',
    costs.map((name) => [name, `${figure(name).label}, ${name.startsWith('system') ? 'machine' : 'server'}`]),
    shown,
    (cost) => change({ cost }),
  );
