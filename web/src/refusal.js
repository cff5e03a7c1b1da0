// What the API refused of a question, by the field of the form that asked it. Pure.

// A missing experiment is told by its number alone, not by the parameter that named it.
const names = (text, message) => text.split(',').some((id) => new RegExp(`\\b${id}\\b`).test(message));

// error: of api.js. asked: {field: what it says}; ids: those of its fields that name experiments.
// -> {problems: {field: why}, rest: what no field is about}.
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
