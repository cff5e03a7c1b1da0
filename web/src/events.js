// Reads an event stream of the API with fetch, since an EventSource cannot send a token. Reconnects when the connection breaks.
// If the daemon rejects the request (such as 429 while all streams are in use), it retries at growing intervals.
import { createParser } from 'eventsource-parser';
import { fetchAuthorized, NoToken } from './access.js';

const firstRetry = 2000;
const lastRetry = 30000;

const pause = (duration, signal) =>
  new Promise((resolve) => {
    const over = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', over);
      resolve();
    };
    const timer = setTimeout(over, duration);
    signal.addEventListener('abort', over);
  });

// refused: the message of the daemon's rejection, if there is one.
export const lostWords = (refused) =>
  refused ? `${refused} This page asks again by itself.` : 'The daemon does not answer; this page connects again by itself.';

// handlers: {event name: (data) => …}. connection(up, refused): called after each change; refused as in lostWords(). Ends with
// the signal, with an event of `last`, or if the user gives no token although one is required.
export async function follow(path, { handlers, connection, last = [] }, signal) {
  let wait = firstRetry;
  let lastId = null;
  let ended = false;
  let refused = null;

  const read = async () => {
    const headers = { Accept: 'text/event-stream', ...(lastId === null ? {} : { 'Last-Event-ID': lastId }) };
    const response = await fetchAuthorized(path, { headers, signal, cache: 'no-store' });
    if (!response.ok) {
      wait = Math.min(wait * 2, lastRetry);
      refused = (await response.json().catch(() => null))?.detail ?? null;
      return;
    }
    wait = firstRetry;
    connection(true);
    ended = response.status === 204; // nothing more to come
    if (ended) return;
    const parser = createParser({
      onEvent: ({ event, data, id }) => {
        if (ended || signal.aborted) return;
        if (id !== undefined) lastId = id;
        ended = last.includes(event);
        try {
          handlers[event]?.(JSON.parse(data));
        } catch (error) {
          reportError(error); // a defect of the page, not of the connection
        }
      },
    });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader.read(); !part.done && !ended; part = await reader.read()) parser.feed(part.value);
    await reader.cancel();
  };

  while (!ended && !signal.aborted) {
    refused = null;
    try {
      await read();
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof NoToken) {
        connection(false);
        return;
      }
    }
    if (ended || signal.aborted) return;
    connection(false, refused);
    await pause(wait, signal);
  }
}
