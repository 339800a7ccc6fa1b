import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BundleFile, buildProgram, packageFolders, readModelPackage, thirdPartyNotices } from '@regia/engine'
import type { BundleContext, BundleTarget } from '../bundle-target.ts'
import { fenced, readmeOf } from '../readme.ts'
import { PAGE_FILES, type PageModel } from './page/page-model.ts'
import { pageHtml } from './page-html.ts'
import { PAGE_STYLE } from './page-style.ts'

const here = fileURLToPath(import.meta.url)
const PAGE_PROGRAM = join(dirname(here), 'page', `main${extname(here)}`)

/** A static page that runs the model in the browser: the same graph, and so the same pre-processing. */
export const browser: BundleTarget = {
  name: 'browser',
  summary: 'a static page that runs the model in the browser, and a module for pages of your own',
  settings: {},
  write: async (context) => [...(await pageFiles(context)), { path: 'README.md', content: readme(context) }],
}

async function pageFiles(context: BundleContext): Promise<readonly BundleFile[]> {
  const runtime = createRequire(import.meta.url).resolve(`onnxruntime-web/${PAGE_FILES.runtime}`)
  const { files, inputs } = await buildProgram({
    entry: PAGE_PROGRAM,
    name: 'regia-model',
    platform: 'browser',
    external: [],
    minify: true,
  })
  return [
    { path: 'index.html', content: pageHtml(context) },
    { path: 'page.css', content: PAGE_STYLE },
    // Servers that know no ".mjs" send it as something that no browser runs.
    ...files.map((file) => ({ ...file, path: file.path.replace(/\.mjs$/, '.js') })),
    { path: PAGE_FILES.model, content: `${JSON.stringify(pageModel(context), undefined, 2)}\n` },
    { path: PAGE_FILES.graph, content: readModelPackage(context.model.bytes).graph },
    { path: PAGE_FILES.runtime, content: await readFile(runtime) },
    { path: 'THIRD-PARTY.txt', content: await thirdPartyNotices(packageFolders(inputs)) },
  ]
}

function pageModel({ model, regia }: BundleContext): PageModel {
  const { signature, example } = model.manifest
  return { model: model.name, version: model.version, packageDigest: model.digest, regia, signature, example }
}

function readme(context: BundleContext): string {
  const { model } = context
  return readmeOf(context, {
    is: 'A static page that runs the model in the browser, and a module for pages of your own. No server computes, and nothing that is entered leaves the browser.',
    on: 'browsers',
    files: {
      'index.html': 'the page: a form for one row, a field for a file; `page.css` is how it looks',
      'regia-model.js': 'the program, which is a module too',
      'model.json': 'name, version, signature, example with its answer',
      'model.onnx': 'the graph: data preparation, pre-processing and model',
      [PAGE_FILES.runtime]: 'onnxruntime-web, for the processor: 14.2 MB, 3.7 MB packed by the server',
      'THIRD-PARTY.txt': 'licences of what is inside',
    },
    need: 'Any server of static files, under any path. All addresses are relative, and nothing is fetched from elsewhere. A browser of 2023 or newer.',
    build: 'Nothing: copy the folder to where the server reads its files.',
    run: fenced('sh', 'python3 -m http.server 8080   # or nginx, a bucket, GitHub Pages …'),
    url: 'http://localhost:8080',
    tryIt: `Open \`http://localhost:8080/\`: the form holds the example, and its answer stands below. In a page of your own:

${fenced(
  'js',
  `import { load } from './regia-model.js'
const model = await load()
const [answer] = await model.predict([${JSON.stringify(model.manifest.example.rows[0])}])
// ${model.manifest.signature.classes ? '{ label, score, probabilities }' : '{ score }'}`,
)}

As a request to a server of the same model it would be \`${JSON.stringify({ rows: model.manifest.example.rows.slice(0, 1) })}\`. What is wrong with a row is thrown, with \`code\`, \`message\`, \`where\` and \`hint\`.`,
    settings: `None. The page brings its own content security policy; a server that sends one must allow \`script-src 'self' 'wasm-unsafe-eval'\`, \`connect-src 'self'\`, \`worker-src 'self'\` and \`style-src 'self'\`.
Let the server pack \`.wasm\` and \`.js\` (gzip or brotli), and let browsers keep them: only \`model.json\` and \`model.onnx\` change with the version.`,
    update:
      'Make a bundle of the new version and copy it over the folder, or into a folder whose path names the version.',
    rollBack: 'Copy the folder of the version before again.',
    remove: 'Delete the folder.',
  })
}
