import { pathToFileURL } from 'node:url'
import { digestOf } from '@regia/core'
import { type Bundle, buildOptions, buildOrExplain, outputText } from './bundle-entry.ts'
import { exposeSteps } from './expose-steps.ts'

/**
 * The same code with an index: `modules` holds what each file of the project exports, which tells where a step is defined.
 * It only serves discovery; what runs is the bundle itself.
 */
export async function indexBundle(bundle: Bundle): Promise<Pick<Bundle, 'digest' | 'code' | 'sourceMap'>> {
  const files = bundle.files.filter((file) => /\.(?:[mc]?[jt]sx?|ya?ml)$/.test(file))
  const lines = files.map((file, index) => `import * as m${index} from ${JSON.stringify(`./${file}`)}`)
  const table = files.map((file, index) => `${JSON.stringify(file)}: m${index}`)
  const contents = `${lines.join('\n')}\nexport const entry = ${JSON.stringify(bundle.entry)}\nexport const modules = { ${table.join(', ')} }\n`
  const options = {
    ...buildOptions(bundle.projectDir, bundle.ownKinds),
    stdin: { contents, resolveDir: bundle.projectDir, sourcefile: 'regia-index.js', loader: 'js' as const },
    outfile: `${bundle.projectDir}/index.mjs`,
    sourcemap: 'external' as const,
    sourceRoot: `${pathToFileURL(bundle.projectDir).href}/`,
    sourcesContent: false,
  }
  // Marking works on text; where it spoils a file, the steps are found without it.
  const built = await buildOrExplain({ ...options, plugins: [...options.plugins, exposeSteps] }).catch(() =>
    buildOrExplain(options),
  )
  const code = outputText(built.files, '.mjs')
  return { digest: digestOf(code), code, sourceMap: outputText(built.files, '.map') }
}
