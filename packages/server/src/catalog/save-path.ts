import { lstat, realpath, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { RegiaError } from '@regia/core'

/**
 * Where a file of the project may be written: inside its folder, links followed, and not into Regia's own folder.
 *
 * @param path - Absolute, or relative to the project. The file and its folders need not exist.
 * @throws RegiaError `PATH_OUTSIDE_ROOT`, `INVALID_INPUT` where a folder stands in its place, `HOME_NOT_WRITABLE` where the project is not on this machine.
 */
export async function resolveSavePath(path: string, projectDir: string, home: string): Promise<string> {
  const root = await realpath(projectDir).catch((cause: unknown) => {
    throw new RegiaError('HOME_NOT_WRITABLE', `The project's folder ${projectDir} is not on this machine.`, {
      where: projectDir,
      hint: 'Deploy the pipeline from a project on the machine that the server runs on, or save to a dataset.',
      cause,
    })
  })
  const wanted = resolve(root, path)
  // The project itself may be named by a path with links in it, as absolute paths of its files then are.
  const real = await realPathOf(wanted)
  if (real === undefined || !isInside(real, root)) throw outside(path, projectDir)
  const ownFolder = await realPathOf(resolve(home))
  if (ownFolder !== undefined && (real === ownFolder || isInside(real, ownFolder))) throw inHome(path, home)
  if (!(await stat(real).catch(() => undefined))?.isDirectory()) return real
  throw new RegiaError('INVALID_INPUT', `"${path}" is a folder.`, { where: path, hint: 'Name a file to write.' })
}

/** With every link followed, as far as the path exists; `undefined` where a link leads nowhere. */
async function realPathOf(path: string): Promise<string | undefined> {
  const found = await realpath(path).catch(() => undefined)
  if (found !== undefined) return found
  const isBrokenLink = (await lstat(path).catch(() => undefined))?.isSymbolicLink() === true
  if (isBrokenLink || dirname(path) === path) return undefined
  const folder = await realPathOf(dirname(path))
  return folder === undefined ? undefined : join(folder, relative(dirname(path), path))
}

export const isInside = (path: string, root: string): boolean => {
  const way = relative(root, path)
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

const outside = (path: string, projectDir: string): RegiaError =>
  new RegiaError('PATH_OUTSIDE_ROOT', `"${path}" leads out of the project.`, {
    where: path,
    hint: `Pipelines write only inside ${projectDir}; a link that leads out of it counts as outside.`,
  })

const inHome = (path: string, home: string): RegiaError =>
  new RegiaError('PATH_OUTSIDE_ROOT', `"${path}" is inside Regia's own folder.`, {
    where: path,
    hint: `Choose a path outside of ${home}.`,
  })
