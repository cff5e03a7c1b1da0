// node web/install.mjs FOLDER: makes FOLDER/node_modules match FOLDER/package-lock.json. Does nothing, and needs no network, if
// it matches already; npm records what it installed in node_modules/.package-lock.json.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const folder = resolve(process.argv[2] ?? '.');

function packages(path) {
  try {
    return JSON.parse(readFileSync(join(folder, path), 'utf8')).packages;
  } catch {
    return null;
  }
}

function inPlace() {
  const wanted = packages('package-lock.json');
  const installed = packages('node_modules/.package-lock.json');
  if (!wanted || !installed) return false;
  // Missing optional packages are those for other systems.
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' || (installed[path] ? installed[path].integrity === entry.integrity : entry.optional === true),
  );
}

if (!inPlace()) {
  console.log(`Installing the npm packages of ${folder}`);
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    stdio: 'inherit',
  });
  if (npm.error?.code === 'ENOENT') {
    console.error(
      `npm is missing, though node ${process.version} is there. Install the npm that belongs to it ` +
        '(Debian: apt-get install npm; Node.js from elsewhere brings its own), then build again.',
    );
    process.exit(1);
  }
  if (npm.status !== 0) {
    console.error(`npm ci failed in ${folder}: see above. It needs the npm registry once; after that no network.`);
    process.exit(1);
  }
}
