// An experiment's event stream. The browser connects again by itself when a connection breaks, and gives up when it is
// answered anything but a stream (503 while all places are taken, say): then a new stream is tried, at growing intervals.

const firstRetry = 2000;
const lastRetry = 30000;

// handlers: {run, progress, end, deleted: (data) => …, connection: (up) => …}. Ends with `end`, `deleted` or the signal.
export function follow(path, handlers, signal) {
  let source = null;
  let timer = 0;
  let wait = firstRetry;

  const stop = () => {
    clearTimeout(timer);
    source?.close();
  };
  const connect = () => {
    source = new EventSource(path);
    source.onopen = () => {
      wait = firstRetry;
      handlers.connection(true);
    };
    source.onerror = () => {
      handlers.connection(false);
      if (source.readyState !== EventSource.CLOSED || signal.aborted) return;
      timer = setTimeout(connect, wait);
      wait = Math.min(wait * 2, lastRetry);
    };
    for (const type of ['run', 'progress', 'end', 'deleted']) {
      source.addEventListener(type, (event) => {
        if (type === 'end' || type === 'deleted') stop();
        handlers[type](JSON.parse(event.data));
      });
    }
  };

  if (signal.aborted) return;
  signal.addEventListener('abort', stop, { once: true });
  connect();
}
