// An experiment as the page knows it: read once, then kept up to date by its event stream, which carries each run as it
// ends. So nothing is asked for while a window is open.
import { get, listAll, runDetail } from './api.js';
import { follow } from './events.js';
import { figures } from './figures.js';

const isFinal = (state) => state !== 'queued' && state !== 'running';

// changed(data): after each change, at most once a frame, and not at all while the page is hidden.
// data: {experiment, runs, final, connected, deleted}.
export async function openExperiment(id, changed, signal) {
  const path = `experiments/${id}`;
  const data = { experiment: await get(path, signal), runs: [], final: false, connected: true, deleted: false };
  const byId = new Map();
  let asked = false;
  const tell = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      if (signal.aborted) return;
      data.runs = [...byId.values()];
      changed(data);
    });
  };
  const readAll = async () => {
    for (const run of await listAll(`${path}/runs`, signal)) byId.set(run.run_id, run);
    data.final = true;
    performance.mark('copybench-data');
  };

  if (isFinal(data.experiment.state)) {
    await readAll();
    tell();
    return data;
  }
  follow(
    `${path}/events`,
    {
      run: (run) => {
        byId.set(run.run_id, run);
        tell();
      },
      progress: ({ state, experiment_id: _, ...progress }) => {
        data.experiment = { ...data.experiment, state, progress };
        tell();
      },
      end: (experiment) => {
        data.experiment = experiment;
        data.connected = true;
        // Runs that never began have no event of their own.
        readAll().then(tell, (error) => {
          if (signal.aborted) return;
          data.error = error;
          tell();
        });
      },
      deleted: () => {
        data.deleted = true;
        tell();
      },
      connection: (up) => {
        data.connected = up;
        tell();
      },
    },
    signal,
  );
  tell();
  return data;
}

// Figure -> [why it is missing]. Reasons stand with each run and not in lists, so of each engine that lacks a figure one
// completed run is asked.
export async function missingReasons(runs, signal) {
  const asked = new Map();
  for (const run of runs) {
    const lacks = figures.some(
      ({ name }) => run[name] === null && !(name.startsWith('zerocopy_') && run.engine !== 'zero_copy'),
    );
    if (run.state === 'completed' && lacks && !asked.has(run.engine)) asked.set(run.engine, run.run_id);
  }
  const reasons = new Map();
  for (const detail of await Promise.all([...asked.values()].map((id) => runDetail(id, signal)))) {
    for (const [name, reason] of Object.entries(detail.missing ?? {})) {
      if (name.startsWith('zerocopy_') && detail.engine !== 'zero_copy') continue;
      if (!reasons.has(name)) reasons.set(name, []);
      if (!reasons.get(name).includes(reason)) reasons.get(name).push(reason);
    }
  }
  return reasons;
}
