// node web/build.mjs OUTPUT_FOLDER: bundles the page into it, file names with a hash of their content, and prints sizes.
import { readFile, rm, mkdir, writeFile, copyFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const limit = 400_000; // bytes of script before anything can be shown
const limitLater = 60_000; // of each chunk that a view asks for when it needs it
const source = fileURLToPath(new URL('.', import.meta.url));
const output = process.argv[2];
if (!output) {
  console.error('usage: node web/build.mjs OUTPUT_FOLDER');
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
  legalComments: 'none',
  charset: 'utf8',
  metafile: true,
  logLevel: 'warning',
  // d3-flame-graph brings styles of its own; those of its classes are in style.css, in the page's colours.
  plugins: [
    {
      name: 'styles-of-libraries',
      setup: ({ onLoad }) => onLoad({ filter: /node_modules.*\.css$/ }, () => ({ contents: '', loader: 'empty' })),
    },
  ],
});

const { outputs } = result.metafile;
const [app] = Object.keys(outputs).filter((path) => outputs[path].entryPoint === 'src/app.js');
// What the app imports at once is asked for together with it, not after it.
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
