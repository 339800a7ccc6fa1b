import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { type Digest, digestSchema } from '@regia/core'
import { packagesOf } from './locked-packages.ts'

/** The file that names the exact packages of a project. */
export type Lockfile = {
  readonly path: string
  readonly name: string
  readonly digest: Digest
  readonly content: Buffer
  /** `name@version`, sorted; empty where we cannot read its kind. */
  readonly packages: readonly string[]
}

export const NODE_LOCKFILES = ['package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock']
export const PYTHON_LOCKFILES = ['uv.lock', 'poetry.lock', 'pdm.lock', 'Pipfile.lock', 'requirements.txt']

/** The next lockfile of these names, here or above: a workspace has it at its root. @param until - The last folder to look in. */
export async function findLockfile(
  dir: string,
  names: readonly string[],
  until?: string,
): Promise<Lockfile | undefined> {
  for (let folder = resolve(dir); ; folder = dirname(folder)) {
    for (const name of names) {
      const path = join(folder, name)
      const content = await readFile(path).catch(() => undefined)
      if (content)
        return { path, name, digest: digestOfBytes(content), content, packages: packagesOf(name, content.toString()) }
    }
    if (folder === until || dirname(folder) === folder) return undefined
  }
}

/** By the platform's own SHA-256. */
export const digestOfBytes = (bytes: Uint8Array): Digest =>
  digestSchema.parse(`sha256:${createHash('sha256').update(bytes).digest('hex')}`)
