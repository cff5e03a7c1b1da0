// An event stream of the API. The browser connects again by itself when a connection breaks, and gives up when it is
// answered anything but a stream (503 while all places are taken, say): then a new stream is tried, at growing intervals.

const firstRetry = 2000;
const lastRetry = 30000;

// handlers: {an event's name: (data) => …}. connection(up): after each change. Ends with the signal, or with an event of
// `last`.
export function follow(path, { handlers, connection, last = [] }, signal) {
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
      connection(true);
    };
    source.onerror = () => {
      connection(false);
      if (source.readyState !== EventSource.CLOSED || signal.aborted) return;
      timer = setTimeout(connect, wait);
      wait = Math.min(wait * 2, lastRetry);
    };
    for (const [type, handle] of Object.entries(handlers)) {
      source.addEventListener(type, (event) => {
        if (last.includes(type)) stop();
        handle(JSON.parse(event.data));
      });
    }
  };

  if (signal.aborted) return;
  signal.addEventListener('abort', stop, { once: true });
  connect();
}
