// Assigns the API's errors to the fields of the form that sent the request. Pure.

// error: of api.js. asked: {field: its value}. -> {problems: {field: why}, rest: the errors of no field}.
export function refusalByField({ errors = [], message }, asked) {
  const told = errors.map(({ pointer, detail }) => [pointer.replace(/^\?/, ''), detail]);
  const problems = {};
  const rest = [];
  for (const [name, why] of told) {
    if (!Object.hasOwn(asked, name)) rest.push(why);
    else problems[name] = problems[name] ? `${problems[name]}; ${why}` : why;
  }
  if (told.length === 0) rest.push(message);
  return { problems, rest };
}
