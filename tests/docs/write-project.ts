import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type DocPage, ROOT } from './read-pages.ts'

/** A block that begins with its own name is that file, whole; `name.2.ts` where a page shows another content under a name. */
export type DocFile = { readonly path: string; readonly text: string; readonly isFirst: boolean }

const FIRST_LINE = /^(?:\/\/|#) ([\w./-]+\.(?:ts|yaml))(?: — .*)?\n/

const COMPILER_OPTIONS = {
  target: 'es2025',
  module: 'nodenext',
  strict: true,
  noEmit: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  types: ['node'],
}

export function filesOf(pages: readonly DocPage[]): readonly DocFile[] {
  const counts = new Map<string, number>()
  return pages
    .flatMap(({ blocks }) => blocks)
    .flatMap(({ text }) => {
      const path = FIRST_LINE.exec(text)?.[1]
      if (path === undefined) return []
      const count = (counts.get(path) ?? 0) + 1
      counts.set(path, count)
      return { path: count === 1 ? path : path.replace(/(\.\w+)$/, `.${count}$1`), text, isFirst: count === 1 }
    })
}

/** Writes the files as a project whose packages are those of this repository. */
export async function writeProject(dir: string, files: readonly DocFile[]): Promise<void> {
  for (const { path, text } of files) {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), text)
  }
  const given = {
    'package.json': { name: 'documented', type: 'module' },
    'tsconfig.json': { compilerOptions: COMPILER_OPTIONS, include: ['**/*.ts'] },
  }
  for (const [path, json] of Object.entries(given)) await writeFile(join(dir, path), JSON.stringify(json))
  await symlink(join(ROOT, 'node_modules'), join(dir, 'node_modules'))
}
