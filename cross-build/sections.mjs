/**
 * One file, loaded in parts. A printer starts the agent at each power-on and holds it in memory for months; compiling
 * megabytes of libraries that an idle agent never calls would cost both. So the build's parts (esbuild's chunks) lie one after
 * the other in a comment at the end of the file, which the compiler only skips, and a small loader at its top reads a part
 * and compiles it when it is first required. Parts that are not needed to start lie there compressed.
 */
import { deflateRawSync } from 'node:zlib';
import { transform } from 'esbuild';

/**
 * The loader, as source: runs in the device's Node, so it stays as small and plain as it can be. Node's own larger modules are
 * loaded when one of their members is first touched: an idle agent needs no TLS.
 */
const loader = (sectionsAt, places, entry) => `#!/usr/bin/env node
const{closeSync,openSync,readSync}=require("node:fs"),{Script}=require("node:vm"),places=${JSON.stringify(places)},loaded=new Map;
function read([at,length,isPacked]){const bytes=Buffer.allocUnsafe(length),fd=openSync(__filename,"r");try{for(let done=0;done<length;){const n=readSync(fd,bytes,done,length-done,${sectionsAt}+at+done);if(n===0)throw new Error("mfp-mail-agent: the program file is cut short; install it again");done+=n}}finally{closeSync(fd)}const text=bytes.latin1Slice();return isPacked?require("node:zlib").inflateRawSync(Buffer.from(text,"base64")).latin1Slice():text.replaceAll("*\\x01/","*/")}
const touched=new Set(["tls","http","https","zlib","child_process","dns","readline","url"]);
function builtin(name){if(!touched.has(name.replace(/^node:/,"")))return require(name);let own;const module=()=>own??=require(name);return new Proxy({},{get:(_,key)=>module()[key],has:(_,key)=>key in module(),ownKeys:()=>Reflect.ownKeys(module()),getOwnPropertyDescriptor:(_,key)=>{const of=Reflect.getOwnPropertyDescriptor(module(),key);return of&&{...of,configurable:true}}})}
function load(name){const place=Object.hasOwn(places,name)?places[name]:void 0;if(!place)return builtin(name);let module=loaded.get(name);if(!module){module={exports:{}};loaded.set(name,module);new Script("(function(exports,require,module){"+read(place)+"\\n})",{filename:"mfp-mail-agent/"+name.slice(2)}).runInThisContext()(module.exports,load,module)}return module.exports}
load(${JSON.stringify(entry)});
`;

/**
 * Packs the chunks of an ES module build into one executable file (CommonJS, which starts faster).
 * @param {readonly {path: string, text: string}[]} chunks esbuild's output with `splitting`, ASCII only
 * @param {object} options
 * @param {string} options.entry file name of the entry chunk
 * @param {ReadonlySet<string>} options.atStart file names of the chunks that every start needs: not compressed
 * @returns {Promise<{text: string, sections: {name: string, sizeBytes: number, isPacked: boolean}[]}>} the file, ASCII; the same
 *   chunks give the same octets; and what lies in it
 */
export async function packSections(chunks, { entry, atStart }) {
  const places = {};
  const parts = [];
  const sections = [];
  let at = 0;
  for (const { path, text } of chunks) {
    const name = path.split('/').at(-1);
    const { code } = await transform(text.replace(/^#!.*\n/, ''), {
      format: 'cjs',
      platform: 'node',
      target: 'node20.19',
      minifyWhitespace: true,
      minifySyntax: true,
      // import() of a chunk becomes a promise of require(): the loader knows one way of loading.
      supported: { 'dynamic-import': false },
    });
    if (/[^\x01-\x7f]/.test(code)) throw new Error(`${path} is not ASCII`);
    const isPacked = !atStart.has(name);
    // "*/" are the only octets that could end the comment; \x01 stands in no program.
    const part = isPacked ? deflateRawSync(code, { level: 9 }).toString('base64') : code.replaceAll('*/', '*\x01/');
    places[`./${name}`] = isPacked ? [at, part.length, 1] : [at, part.length];
    parts.push(part);
    sections.push({ name, sizeBytes: part.length, isPacked });
    at += part.length;
  }
  // The loader says where the parts begin, which depends on its own length: a number of fixed width.
  const start = (length) => `${loader(String(length).padStart(8), places, `./${entry}`)}/*\n`;
  const { length } = start(0);
  return { text: `${start(length)}${parts.join('')}\n*/\n`, sections };
}

/**
 * The chunks a start needs: what the given sources are in, and what those import at once.
 * @param {object} metafile esbuild's
 * @param {readonly string[]} sources file names relative to the checkout
 * @returns {Set<string>} file names of chunks
 */
export function chunksAtStart(metafile, sources) {
  const found = new Set();
  const add = (path) => {
    const name = path.split('/').at(-1);
    if (found.has(name)) return;
    found.add(name);
    for (const { path: imported, kind, external } of metafile.outputs[path].imports)
      if (kind === 'import-statement' && external !== true) add(imported);
  };
  for (const [path, { inputs }] of Object.entries(metafile.outputs))
    if (sources.some((source) => Object.hasOwn(inputs, source))) add(path);
  return found;
}
