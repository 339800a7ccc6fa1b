import { realpath, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { RegiaError } from '@regia/core'

/**
 * The real path of a file that may be ingested: one inside the project, inside Regia's own folder, or inside a package that the project
 * can import (which a workspace may keep in a `node_modules` above the project). Links are followed first, so none leads out.
 *
 * @param path - Absolute, or relative to the project.
 * @throws RegiaError `PATH_OUTSIDE_ROOT`, `DATA_UNREADABLE` where there is no such file.
 */
export async function resolveSourcePath(path: string, projectDir: string, home: string): Promise<string> {
  const packageFolders = ancestors(resolve(projectDir)).map((folder) => join(folder, 'node_modules'))
  const candidates = isAbsolute(path) ? [path] : [resolve(projectDir, path), ...inPackages(path, packageFolders)]
  const found = (await Promise.all(candidates.map(findReal))).find((real) => real !== undefined)
  const roots = await Promise.all([projectDir, home, ...packageFolders].map(findReal))
  if (found === undefined) throw unreadable(path, candidates[0] ?? path, projectDir)
  if (!roots.some((root) => root !== undefined && isInside(found, root))) throw outside(path, projectDir)
  if ((await stat(found)).isFile()) return found
  throw new RegiaError('DATA_UNREADABLE', `"${path}" is not a file.`, {
    where: path,
    hint: 'Name one file of the folder.',
  })
}

/** A path such as `node_modules/PACKAGE/file` names a package, wherever above the project it is installed. */
const inPackages = (path: string, folders: readonly string[]): readonly string[] => {
  const [first, ...rest] = path.split(/[\\/]/)
  return first === 'node_modules' ? folders.map((folder) => join(folder, ...rest)) : []
}

const ancestors = (folder: string): readonly string[] =>
  dirname(folder) === folder ? [folder] : [folder, ...ancestors(dirname(folder))]

const findReal = (path: string): Promise<string | undefined> => realpath(path).catch(() => undefined)

const isInside = (path: string, root: string): boolean => {
  const way = relative(root, path)
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/** What is outside is not told apart from what is not there: the answer says nothing about the rest of the machine. */
function unreadable(path: string, candidate: string, projectDir: string): RegiaError {
  if (!isInside(candidate, resolve(projectDir)) && !path.startsWith('node_modules')) return outside(path, projectDir)
  return new RegiaError('DATA_UNREADABLE', `There is no file "${path}" in the project.`, {
    where: path,
    hint: `Paths start at ${projectDir}.`,
  })
}

const outside = (path: string, projectDir: string): RegiaError =>
  new RegiaError('PATH_OUTSIDE_ROOT', `"${path}" is outside the project.`, {
    where: path,
    hint: `Only files inside ${projectDir} and its packages are read. Copy the file there.`,
  })
