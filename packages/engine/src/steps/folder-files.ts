import type { Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { RegiaError } from '@regia/core'

/** A file of a folder: its place in it, with `/` between names, and where its content stands on this machine. */
export type FolderFile = { readonly path: string; readonly source: string }

const MAX_FILES = 100_000

/**
 * Every file below a folder, by path. Links inside the folder are followed; empty folders leave no trace.
 *
 * @param output - The name of the output that it is, for errors.
 * @throws RegiaError `STEP_OUTPUT_INVALID` for a link that leaves the folder, leads nowhere or in a circle, for what is no file, and for more than 100,000 files.
 */
export async function listFolder(root: string, output: string): Promise<readonly FolderFile[]> {
  const top = await realpath(root)
  const files: FolderFile[] = []
  await walk({ top, files, output }, top, '', [top])
  return files.sort((a, b) => (a.path < b.path ? -1 : 1))
}

type Walk = { readonly top: string; readonly files: FolderFile[]; readonly output: string }

/** @param above - The real folders on the way down, to see a circle of links. */
async function walk(state: Walk, dir: string, prefix: string, above: readonly string[]): Promise<void> {
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const path = prefix + entry.name
    const source = entry.isSymbolicLink() ? await followLink(state, join(dir, entry.name), path) : join(dir, entry.name)
    const kind = entry.isSymbolicLink() ? await stat(source) : entry
    if (kind.isDirectory()) {
      if (above.includes(source)) throw invalid(state, path, 'is a link to a folder that it stands in')
      await walk(state, source, `${path}/`, [...above, source])
    } else if (kind.isFile()) addFile(state, path, source)
    else throw invalid(state, path, `is ${nameOf(kind)}, not a file`)
  }
}

function addFile({ top, files, output }: Walk, path: string, source: string): void {
  if (files.length >= MAX_FILES) {
    throw new RegiaError('STEP_OUTPUT_INVALID', `The folder of output "${output}" has more than ${MAX_FILES} files.`, {
      where: top,
      hint: 'Pack them into one file, such as a .tar, and give that.',
    })
  }
  files.push({ path, source })
}

async function followLink(state: Walk, link: string, path: string): Promise<string> {
  const target = await realpath(link).catch(() => undefined)
  if (target === undefined) throw invalid(state, path, 'is a link that leads nowhere')
  if (target === state.top || target.startsWith(state.top + sep)) return target
  throw invalid(state, path, 'is a link that leaves the folder')
}

const nameOf = (kind: Pick<Dirent, 'isFIFO' | 'isSocket'>): string =>
  kind.isFIFO() ? 'a pipe' : kind.isSocket() ? 'a socket' : 'a device'

const invalid = ({ output }: Walk, path: string, what: string): RegiaError =>
  new RegiaError('STEP_OUTPUT_INVALID', `"${path}" in the folder of output "${output}" ${what}.`, {
    where: path,
    hint: 'Put a copy of the file itself into the folder.',
  })
