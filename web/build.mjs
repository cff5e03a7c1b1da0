// node web/build.mjs OUTPUT_FOLDER: bundles the page into it, file names with a hash of their content, and prints sizes.
import { readFile, rm, mkdir, writeFile, copyFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const limit = 400_000;
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
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  legalComments: 'none',
  charset: 'utf8',
  metafile: true,
  logLevel: 'warning',
});

let page = await readFile(join(source, 'index.html'), 'utf8');
let script = 0;
for (const [path, { bytes, entryPoint }] of Object.entries(result.metafile.outputs)) {
  const name = basename(path);
  page = page.replace(`"${basename(entryPoint)}"`, `"${name}"`);
  if (name.endsWith('.js')) script = bytes;
  console.log(`${name}: ${bytes.toLocaleString('en')} bytes`);
}
await writeFile(join(output, 'index.html'), page);
await copyFile(join(source, 'icon.svg'), join(output, 'icon.svg'));
if (script > limit) {
  console.error(`The script has ${script} bytes; allowed are ${limit}. See what grew: esbuild --analyze.`);
  process.exit(1);
}
