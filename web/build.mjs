// node web/build.mjs OUTPUT_FOLDER COPYRIGHT_FILE: bundles the page into the folder and prints sizes. File names contain a hash
// of the content. The copyright file gets a paragraph for each bundled package, in the form of Debian's copyright files.
import { readFile, readdir, rm, mkdir, writeFile, copyFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const limit = 400_000; // bytes of script before anything can be shown
const limitLater = 60_000; // of each chunk that a view loads when it needs it
const source = fileURLToPath(new URL('.', import.meta.url));
const [output, copyrightFile] = process.argv.slice(2);
if (!copyrightFile) {
  console.error('usage: node web/build.mjs OUTPUT_FOLDER COPYRIGHT_FILE');
  process.exit(2);
}

await rm(output, { recursive: true, force: true });
await mkdir(output, { recursive: true });
const result = await esbuild.build({
  absWorkingDir: source,
  entryPoints: ['src/app.js', 'style.css'],
  outdir: output,
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  legalComments: 'none', // notices.txt has the full licences of the bundled packages
  charset: 'utf8',
  metafile: true,
  logLevel: 'warning',
  // d3-flame-graph has styles of its own. style.css styles its classes instead, in the page's colours.
  plugins: [
    {
      name: 'styles-of-libraries',
      setup: ({ onLoad }) => onLoad({ filter: /node_modules.*\.css$/ }, () => ({ contents: '', loader: 'empty' })),
    },
  ],
});

const { outputs } = result.metafile;
const [app] = Object.keys(outputs).filter((path) => outputs[path].entryPoint === 'src/app.js');
// The app's static imports are requested together with it, not after it.
const atOnce = outputs[app].imports.filter(({ kind }) => kind === 'import-statement').map(({ path }) => path);
let page = await readFile(join(source, 'index.html'), 'utf8');
for (const [path, { bytes, entryPoint }] of Object.entries(outputs)) {
  const name = basename(path);
  if (entryPoint) page = page.replace(`"${basename(entryPoint)}"`, `"${name}"`);
  console.log(`${name}: ${bytes.toLocaleString('en')} bytes`);
}
const preloads = atOnce.map((path) => `  <link rel="modulepreload" href="${basename(path)}">\n`);
page = page.replace('  <script', `${preloads.join('')}  <script`);
await writeFile(join(output, 'index.html'), page);
await copyFile(join(source, 'icon.svg'), join(output, 'icon.svg'));

// The names of the packages whose code is in the bundle.
const bundled = new Set();
for (const { inputs } of Object.values(outputs)) {
  for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
    const found = path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)\//);
    if (found && bytesInOutput > 0) bundled.add(found[1]);
  }
}
const notices = [];
const paragraphs = [];
for (const name of [...bundled].sort()) {
  const folder = join(source, 'node_modules', name);
  const { version, license, author } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file)).sort();
  if (!license || !files.length) throw new Error(`${name} names no licence or has no licence file: it cannot be bundled`);
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  const text = texts.join('\n').replaceAll('\r', '').trim();
  notices.push(`${name} ${version} (${license})\n\n${text}\n`);
  const holders = text.match(/^ *Copyright (?:\(c\) )?[0-9].*$/gim) ?? [author?.name ?? author ?? name];
  const terms =
    license === 'Apache-2.0'
      ? 'The text of this licence is in /usr/share/common-licenses/Apache-2.0.'
      : text.replace(/^ *(MIT License|ISC License)$/m, '').trim();
  const indented = terms.split('\n').map((line) => ` ${line.trimEnd() || '.'}`);
  paragraphs.push(
    [
      `Files: web/node_modules/${name}/*`,
      `Copyright: ${holders.map((line) => line.trim().replace(/^Copyright (\(c\) )?/i, '')).join('\n ')}`,
      `License: ${license === 'MIT' ? 'Expat' : license}`,
      ...indented,
    ].join('\n'),
  );
}
const head = 'The page of copybench contains code of these packages, under the licences below.\n';
await writeFile(join(output, 'notices.txt'), [head, ...notices].join(`\n${'-'.repeat(80)}\n\n`));
await writeFile(copyrightFile, `${paragraphs.join('\n\n')}\n`);

function judge(paths, allowed) {
  const bytes = paths.reduce((sum, path) => sum + outputs[path].bytes, 0);
  if (bytes <= allowed) return;
  console.error(
    `${paths.map((path) => basename(path)).join(' and ')}: ${bytes} bytes, allowed are ${allowed}. See what grew: esbuild --analyze.`,
  );
  process.exitCode = 1;
}
judge([app, ...atOnce], limit);
for (const path of Object.keys(outputs).filter(
  (path) => path.endsWith('.js') && path !== app && !atOnce.includes(path),
))
  judge([path], limitLater);
