// Assigns the API's errors to the fields of the form that sent the request. Pure.

// The error for a missing experiment has only its number, not the parameter that named it.
const names = (text, message) => text.split(',').some((id) => new RegExp(`\\b${id}\\b`).test(message));

// error: of api.js. asked: {field: its value}. ids: the fields that name experiments.
// -> {problems: {field: why}, rest: the errors of no field}.
export function refusalByField({ errors = [], message, status }, asked, ids) {
  const told = errors.map(({ pointer, detail }) => [pointer.replace(/^\?/, ''), detail]);
  if (status === 404) told.push(...ids.filter((name) => names(asked[name], message)).map((name) => [name, message]));
  const problems = {};
  const rest = [];
  for (const [name, why] of told) {
    if (!Object.hasOwn(asked, name)) rest.push(why);
    else problems[name] = problems[name] ? `${problems[name]}; ${why}` : why;
  }
  if (told.length === 0) rest.push(message);
  return { problems, rest };
}
