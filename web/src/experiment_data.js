// An experiment as the page knows it: read once, then kept up to date by its event stream, which carries each run as it
// ends. So nothing is asked for while a window is open.
import { get, listAll } from './api.js';
import { follow, lostWords } from './events.js';

const isFinal = (state) => state !== 'queued' && state !== 'running';

// changed(data): after each change, at most once a frame, and not at all while the page is hidden.
// data: {experiment, runs, profiles, final, calm, lost, deleted}. calm: no window is open now, so that asking disturbs nothing;
// it holds until `changed` has returned.
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
      // The run of a profile has no figures: it is measured under perf record, and no gap in anything.
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
  // The stream has not all that is said of the experiment itself: what it was measured under, say.
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
      // The one that was running has ended, and the next has not begun; earlier ones are repeated to whoever comes later.
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
