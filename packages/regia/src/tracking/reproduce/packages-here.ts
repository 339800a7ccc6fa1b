import { existsSync, globSync } from 'node:fs'
import { mkdir, readFile, readlink, symlink } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { RegiaError } from '@regia/core'
import { packagesOf } from '../provenance/locked-packages.ts'
import { findLockfile, NODE_LOCKFILES } from '../provenance/lockfile.ts'
import type { Provenance } from '../provenance/provenance.ts'
import { exitCodeOfProgram, runProgram } from '../run-program.ts'
import type { WorkTree } from './work-tree.ts'

const INSTALLERS: Readonly<Record<string, readonly string[]>> = {
  'package-lock.json': ['npm', 'ci'],
  'npm-shrinkwrap.json': ['npm', 'ci'],
  'pnpm-lock.yaml': ['pnpm', 'install', '--frozen-lockfile'],
  'yarn.lock': ['yarn', 'install', '--immutable'],
  'bun.lock': ['bun', 'install', '--frozen-lockfile'],
}

type Lock = NonNullable<Provenance['lockfile']>

/**
 * Gives a work tree its packages: installed from its lockfile, or those of the repository as they are.
 *
 * @returns What a person must know of how they differ from those of then.
 * @throws RegiaError `CONFLICT` where the lockfile is another one than then, or the installer fails.
 */
export async function providePackages(
  tree: WorkTree,
  lockfile: Lock | undefined,
  env: NodeJS.ProcessEnv,
  isInstalling: boolean,
): Promise<string[]> {
  if (lockfile) await assertLockfile(tree, lockfile)
  if (isInstalling) return install(tree, lockfile, env)
  const linked = await linkPackages(tree)
  if (!lockfile || !NODE_LOCKFILES.includes(lockfile.name)) return linked
  return [...linked, ...(await differences(tree, lockfile))]
}

/** It is in the commit or in the changes of then, unless git does not keep it. */
async function assertLockfile({ dir }: WorkTree, { name, path, digest }: Lock): Promise<void> {
  const found = await findLockfile(dirname(join(dir, path)), [name], dir)
  if (found?.digest === digest) return
  const what = found ? 'is another one than when the run was made' : 'of the run is not in the commit'
  throw new RegiaError('CONFLICT', `The lockfile ${path} ${what}.`, {
    where: dir,
    hint: 'Keep lockfiles in git: without them nobody can tell which packages a run had.',
  })
}

async function install({ dir }: WorkTree, lockfile: Lock | undefined, env: NodeJS.ProcessEnv): Promise<string[]> {
  const command = lockfile && INSTALLERS[lockfile.name]
  if (!command) return ['Nothing was installed: the run has no lockfile of a kind that can be installed here.']
  const cwd = dirname(join(dir, lockfile.path))
  const code = exitCodeOfProgram(await runProgram({ command, cwd, env, stdout: 'stderr' }))
  if (code === 0) return []
  throw new RegiaError('CONFLICT', `"${command.join(' ')}" ended with exit code ${code}.`, {
    where: cwd,
    hint: 'What it said stands above. Without --install the packages that are here are taken.',
  })
}

/** Links each node_modules of the repository at the same place. */
async function linkPackages({ dir, repository }: WorkTree): Promise<string[]> {
  const folders = globSync('{*/,}{*/,}node_modules', {
    cwd: repository,
    exclude: (path) => /node_modules[\\/]/.test(String(path)),
  })
  const notes: string[] = []
  for (const folder of folders) {
    const target = join(dir, folder)
    if (existsSync(target)) continue
    await mkdir(dirname(target), { recursive: true })
    await symlink(join(repository, folder), target, 'dir')
    const own = await ownPackages(join(repository, folder), repository)
    if (own.length > 0)
      notes.push(`Packages of the repository itself are as they are now, not as then: ${own.join(', ')}.`)
  }
  return notes
}

/** Packages in a node_modules that are links to folders of the repository, as workspaces make them. */
async function ownPackages(folder: string, repository: string): Promise<string[]> {
  const entries = globSync(['*', '@*/*'], { cwd: folder })
  const links = await Promise.all(
    entries.map(async (name) => {
      const to = await readlink(join(folder, name)).catch(() => undefined)
      return to !== undefined && !relative(repository, resolve(folder, dirname(name), to)).startsWith('..')
        ? [name]
        : []
    }),
  )
  return links.flat().sort()
}

/** npm writes down what it installed; other installers do not. */
async function differences({ dir, repository }: WorkTree, { path, name }: Lock): Promise<string[]> {
  const wanted = packagesOf(name, await readFile(join(dir, path), 'utf8'))
  const installed = join(repository, dirname(path), 'node_modules', '.package-lock.json')
  const content = await readFile(installed, 'utf8').catch(() => undefined)
  if (content === undefined)
    return ['Whether the packages here are those of then cannot be told; --install makes sure.']
  const here = new Set(packagesOf('package-lock.json', content))
  // Optional packages of other systems are in the lockfile and never here.
  const names = new Set([...here].map(nameOf))
  const differing = wanted.filter((each) => names.has(nameOf(each)) && !here.has(each))
  if (differing.length === 0) return []
  const shown = differing.slice(0, 5).join(', ')
  const rest = differing.length > 5 ? ` and ${differing.length - 5} more` : ''
  return [`Packages here are other versions than then: then ${shown}${rest}. --install takes those of then.`]
}

const nameOf = (each: string): string => each.slice(0, each.lastIndexOf('@'))
