import { registerHooks, setSourceMapsSupport } from 'node:module'
import { pathToFileURL } from 'node:url'

const PROJECT = 'project'
let isPrepared = false

/**
 * Prepares this process for the code of users: packages are resolved from the project's folder wherever the bundle stands, and stacks
 * speak of the author's files. Once is enough: what asks again changes nothing.
 */
export function prepareForUserCode(): void {
  if (isPrepared) return
  isPrepared = true
  setSourceMapsSupport(true)
  registerHooks({
    resolve: (specifier, context, next) => {
      const folder = context.parentURL ? new URL(context.parentURL).searchParams.get(PROJECT) : null
      if (folder === null || isPath(specifier)) return next(specifier, context)
      const fromProject = { ...context, parentURL: pathToFileURL(`${folder}/package.json`).href }
      try {
        return next(specifier, fromProject)
      } catch (error) {
        // A folder without a package.json of its own may still say `import … from 'regia'`: the running product answers.
        if (specifier.split('/')[0] === 'regia') return next(specifier, { ...context, parentURL: import.meta.url })
        throw error
      }
    },
  })
}

const isPath = (specifier: string) => /^(?:[./]|node:|file:|data:)/.test(specifier)

type Exports = Readonly<Record<string, unknown>>

const imported = new Map<string, Promise<Exports>>()

/** Imports bundled code; the same code is imported once per project. Node keeps it too, but looks for the file's real path each time. */
export function importUserCode(bundlePath: string, projectDir: string): Promise<Exports> {
  const url = pathToFileURL(bundlePath)
  url.searchParams.set(PROJECT, projectDir)
  const known = imported.get(url.href)
  if (known) return known
  const exports: Promise<Exports> = import(url.href)
  imported.set(url.href, exports)
  // What could not be read may be there the next time.
  exports.catch(() => imported.delete(url.href))
  return exports
}
