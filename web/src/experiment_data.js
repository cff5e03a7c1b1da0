// The data of an experiment: read once, then updated by its event stream, which carries each run as it ends. So the page sends no
// request while a window is open.
import { get, listAll } from './api.js';
import { follow, lostWords } from './events.js';

const isFinal = (state) => state !== 'queued' && state !== 'running';

// changed(data): called after each change, at most once per frame, and not while the page is hidden.
// data: {experiment, runs, profiles, final, calm, lost, deleted}. calm: no window is open now, so that requests disturb nothing;
// valid until `changed` has returned.
export async function openExperiment(id, changed, signal) {
  const path = `experiments/${id}`;
  const data = { experiment: await get(path, signal), runs: [], profiles: [], final: false, calm: false, lost: null };
  const byId = new Map();
  let asked = false;
  const tell = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      if (signal.aborted) return;
      // A profile run is measured under perf record and has no figures. It must not count as a missing value.
      data.runs = [...byId.values()].filter((run) => run.kind !== 'profile');
      data.profiles = [...byId.values()].filter((run) => run.kind === 'profile');
      changed(data);
      data.calm = data.final;
    });
  };
  const readAll = async () => {
    for (const run of await listAll(`${path}/runs`, signal)) byId.set(run.run_id, run);
    data.final = true;
    data.calm = true;
    performance.mark('copybench-data');
  };

  if (isFinal(data.experiment.state)) {
    await readAll();
    tell();
    return;
  }
  // The stream does not carry everything about the experiment itself, such as its circumstances.
  const readAgain = async () => {
    data.experiment = await get(path, signal);
  };
  const failed = (error) => {
    if (signal.aborted) return;
    data.error = error;
    tell();
  };
  const handlers = {
    run: (run) => {
      byId.set(run.run_id, run);
      // The current run has ended and the next has not begun. The stream repeats earlier runs to clients that connect later.
      if (data.experiment.progress.current?.run_id === run.run_id && !document.hidden) data.calm = true;
      if (data.calm && !data.experiment.circumstances) readAgain().then(tell, failed);
      tell();
    },
    progress: ({ state, experiment_id: _, ...progress }) => {
      data.experiment = { ...data.experiment, state, progress };
      tell();
    },
    end: (experiment) => {
      data.experiment = experiment;
      data.lost = null;
      // Runs that never began have no event of their own.
      Promise.all([readAll(), readAgain()]).then(tell, failed);
    },
    deleted: () => {
      data.deleted = true;
      tell();
    },
  };
  const connection = (up, refused) => {
    data.lost = up ? null : lostWords(refused);
    tell();
  };
  follow(`${path}/events`, { handlers, connection, last: ['end', 'deleted'] }, signal);
  tell();
}
