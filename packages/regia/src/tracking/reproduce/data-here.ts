import { existsSync } from 'node:fs'
import { mkdir, symlink } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { RegiaError, type TrackedDataset } from '@regia/core'
import { FILE_SOURCE, fileSourceSchema, hashPath } from '../dataset-source.ts'
import type { WorkTree } from './work-tree.ts'

/**
 * Links what the run read and git does not keep into its work tree.
 *
 * @returns What a person must know: data that is not here, or another than then.
 */
export async function provideData(tree: WorkTree, datasets: readonly TrackedDataset[]): Promise<string[]> {
  const notes: string[] = []
  for (const { sourceType, source } of datasets) {
    const file = sourceType === FILE_SOURCE ? fileSourceSchema.safeParse(parseOrNothing(source)).data : undefined
    if (!file) continue
    if (!isAbsolute(file.path)) await linkInto(tree, file.path)
    const path = resolve(tree.dir, file.path)
    const found = await hashPath(path).catch(() => undefined)
    if (!found) notes.push(`The run read ${file.path}, which is not here.`)
    else if (found.digest !== file.digest) notes.push(`The run read ${file.path}, which is not what it was then.`)
  }
  return notes
}

/** Links files and folders that somebody named. @param paths - From the working folder. @throws RegiaError `NOT_FOUND`, `PATH_OUTSIDE_ROOT`. */
export async function linkPaths(tree: WorkTree, paths: readonly string[], workingDir: string): Promise<void> {
  for (const path of paths) {
    const inside = relative(tree.repository, resolve(workingDir, path))
    if (inside === '' || inside.startsWith('..')) {
      throw new RegiaError('PATH_OUTSIDE_ROOT', `"${path}" is not inside the repository.`, {
        where: '--link',
        hint: `Name files and folders below ${tree.repository}; others are found where they are.`,
      })
    }
    if (!existsSync(join(tree.repository, inside))) {
      throw new RegiaError('NOT_FOUND', `There is no "${path}" to link.`, {
        where: '--link',
        hint: 'Paths start at the working folder.',
      })
    }
    await linkInto(tree, inside)
  }
}

async function linkInto({ dir, repository }: WorkTree, path: string): Promise<void> {
  const [from, to] = [join(repository, path), join(dir, path)]
  if (existsSync(to) || !existsSync(from)) return
  await mkdir(dirname(to), { recursive: true })
  await symlink(from, to)
}

function parseOrNothing(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
