/**
 * The browser front ends as modules of the program: `panel-ui/APP/` becomes a map of paths to compressed octets, made when the
 * program is built (T56: no path of a request ever reaches a file system). The module of an app is `#made/ui-APP`; in the device
 * file it is a section of its own, read when a browser first comes.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { build } from 'esbuild';

/**
 * The apps, and the one form each is kept in: browsers ask for brotli over TLS only, and the panel's page comes over plain HTTP.
 * Whoever takes neither gets them unpacked.
 */
export const uiApps = { 'control-panel': 'gzip', 'internet-services': 'br' };

/** Pages of the apps: path, name of script and style, page, and what is built for it. */
const uiPages = {
  'control-panel': [['/', 'main', 'index.html', 'main.tsx', 'style.css']],
  'internet-services': [
    ['/', 'main', 'index.html', 'main.tsx', 'style.css'],
    ['/phone', 'phone', 'phone.html', 'phone.ts', 'phone.css'],
  ],
};

const mediaTypes = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  woff2: 'font/woff2',
};

/**
 * @typedef {object} UiFile as `src/doorway/ui-files.ts` has it
 * @property {string} path of the URL, `/` is the page
 * @property {string} mediaType
 * @property {string} etag with its quotes
 * @property {boolean} isForever the name has a digest of the content
 * @property {'br' | 'gzip'} encoding
 * @property {string} base64 the compressed octets
 */

/**
 * Builds one app: `main.tsx`, `style.css` and `index.html`, which refers to `./main.js` and `./style.css`. What `main.tsx` imports
 * by `import()` becomes a file of its own.
 * @param {string} root the checkout
 * @param {keyof uiApps} app
 * @returns {Promise<{files: UiFile[], metafile: object}>} sorted by path; the same sources give the same octets
 */
export async function buildUi(root, app) {
  const dir = `panel-ui/${app}`;
  const pages = uiPages[app];
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: pages.flatMap(([, , , ...entries]) => entries.map((entry) => `${dir}/${entry}`)),
    outdir: 'ui',
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    publicPath: '/',
    loader: { '.svg': 'file', '.png': 'file', '.woff2': 'file' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    // What browser engines of panels still in service know.
    target: 'es2020',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    define: { 'process.env.NODE_ENV': '"production"' },
    minify: true,
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    write: false,
  });
  const contents = outputFiles.map(({ path, contents }) => [`/${path.split('/').at(-1)}`, Buffer.from(contents), true]);
  const named = (pattern) => contents.map(([path]) => path).find((path) => pattern.test(path)) ?? '';
  for (const [path, name, html] of pages) {
    const script = named(new RegExp(`^/${name}-\\w+\\.js$`));
    const style = named(new RegExp(`^/${name === 'main' ? 'style' : name}-\\w+\\.css$`));
    const parts = metafile.outputs[`ui${script}`].imports.filter(({ kind }) => kind === 'import-statement');
    // What the script imports is asked for beside it, not after it.
    const preloads = parts.map(({ path: part }) => `<link rel="modulepreload" href="/${part.split('/').at(-1)}" />`);
    const page = (await readFile(join(root, dir, html), 'utf8'))
      .replaceAll(`./${name}.js`, script)
      .replaceAll(`./${name === 'main' ? 'style' : name}.css`, style)
      .replace('</title>', `</title>${preloads.join('')}`);
    contents.push([path, Buffer.from(page), false]);
  }
  const files = await Promise.all(contents.map((one) => packed(uiApps[app], ...one)));
  return { files: files.sort((a, b) => (a.path < b.path ? -1 : 1)), metafile };
}

async function packed(encoding, path, content, isForever) {
  const octets =
    encoding === 'br'
      ? await promisify(brotliCompress)(content, {
          params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
        })
      : await promisify(gzip)(content, { level: 9 });
  const mediaType = path.includes('.') ? mediaTypes[path.split('.').at(-1)] : mediaTypes.html;
  if (mediaType === undefined) throw new Error(`no media type for ${path}`);
  const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
  return { path, mediaType, etag, isForever, encoding, base64: octets.toString('base64') };
}

/**
 * What the production packages of the lockfile are licensed under, for the page "about".
 * @param {string} root the checkout
 * @returns {Promise<{name: string, version: string, licence: string}[]>} sorted by name
 */
export async function productionLicences(root) {
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(packages)
    .filter(([path, { dev, devOptional }]) => path !== '' && dev !== true && devOptional !== true)
    .map(([path, { version, license }]) => ({
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version,
      licence: license ?? '',
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * esbuild plugin: `#made/ui-APP` and `#made/licences` as modules.
 * @param {string} root the checkout
 * @param {object[]} metafiles takes the account of each app built
 */
export function madeModules(root, metafiles = []) {
  return {
    name: 'made',
    setup(plugins) {
      plugins.onResolve({ filter: /^#made\// }, ({ path }) => ({ path, namespace: 'made' }));
      plugins.onLoad({ filter: /.*/, namespace: 'made' }, async ({ path }) => {
        const name = path.slice('#made/'.length);
        if (name === 'licences')
          return {
            contents: `export const licences = ${JSON.stringify(await productionLicences(root))};`,
            loader: 'js',
          };
        const { files, metafile } = await buildUi(root, name.slice('ui-'.length));
        metafiles.push(metafile);
        return { contents: `export const files = ${JSON.stringify(files)};`, loader: 'js' };
      });
    },
  };
}
