import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** One import of a source file: by a path, or of a package. */
export type Import = {
  readonly file: string
  /** The file or the specifier that it names. */
  readonly target: string
  readonly isPath: boolean
  /** Gone after compilation. */
  readonly isTypeOnly: boolean
  readonly isTest: boolean
}

const PACKAGES = fileURLToPath(new URL('../../packages/', import.meta.url))

/** Every source file under a folder, tests included, built ones not. */
export function sourceFiles(root: URL | string): string[] {
  const dir = root instanceof URL ? fileURLToPath(root) : root
  return readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/\/(node_modules|dist|\.types|\.regia)\//.test(path) && path.includes(`${sep}src${sep}`))
}

const STATEMENT =
  /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[\w*{}\s,$]+?\s+from\s+)?['"]([^'"\n]+)['"]|\bimport\(\s*['"]([^'"\n]+)['"]\s*\)|import\.meta\.resolve\(\s*['"]([^'"\n]+)['"]\s*\)/g

export function importsOf(file: string): Import[] {
  const code = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')
  return [...code.matchAll(STATEMENT)].flatMap((match) => {
    const specifier = match[2] ?? match[3]
    if (specifier === undefined) return []
    const isPath = specifier.startsWith('.')
    const target = isPath ? resolve(dirname(file), specifier) : specifier
    return [{ file, target, isPath, isTypeOnly: match[1] !== undefined, isTest: /\.test\.tsx?$/.test(file) }]
  })
}

const partsOf = (file: string) => file.slice(PACKAGES.length).split(sep)

/** `core` of `packages/core/src/data/schema.ts`. */
export const packageOf = (file: string): string => partsOf(file)[0]!

/** `data` of `packages/core/src/data/schema.ts`; nothing for a file that stands at the top. */
export function subjectOf(file: string): string | undefined {
  const [, , subject, ...rest] = partsOf(file)
  return rest.length > 0 ? subject : undefined
}

export const isInside = (file: string): boolean => file.startsWith(PACKAGES)
export const shortName = (file: string): string => (isInside(file) ? file.slice(PACKAGES.length) : file)
