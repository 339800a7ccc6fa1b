import { rmSync } from 'node:fs'
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RegiaError } from '@regia/core'
import { git, gitLine } from '../provenance/git.ts'
import type { Provenance } from '../provenance/provenance.ts'

/** A checkout of its own beside the repository's. It is gone when this process is, unless it is kept. */
export type WorkTree = {
  readonly dir: string
  readonly repository: string
  readonly remove: () => Promise<void>
  readonly keep: () => void
}

/** The repository here that has the commit: that of the working folder, or the one of then. @throws RegiaError `NOT_FOUND`. */
export async function findRepository(
  { root, commit, remote }: NonNullable<Provenance['git']>,
  workingDir: string,
): Promise<string> {
  const here = await gitLine(['rev-parse', '--show-toplevel'], workingDir)
  const candidates = [...new Set([here, root])].filter((candidate) => candidate !== undefined)
  for (const candidate of candidates) {
    const found = await gitLine(['rev-parse', '--verify', '--quiet', `${commit}^{commit}`], candidate)
    if (found !== undefined) return candidate
  }
  const from = remote === undefined ? 'its repository' : remote
  throw new RegiaError('NOT_FOUND', `The commit ${commit} that the run was made from is not here.`, {
    where: here ?? workingDir,
    hint:
      here === undefined
        ? `Clone ${from} and call this again inside of it.`
        : `Fetch it ("git fetch --all"), or call this again inside a clone of ${from}.`,
  })
}

/**
 * Checks a commit out into a folder of its own and applies the uncommitted changes of then.
 *
 * @param patch - Of the run's `regia/uncommitted.diff`, where it has one.
 * @throws RegiaError `CONFLICT` where git refuses; nothing is left behind then.
 */
export async function openWorkTree(
  repository: string,
  commit: string,
  patch: Uint8Array | undefined,
): Promise<WorkTree> {
  // The system's temporary folder may be a link; programs tell the path behind it.
  const parent = await realpath(await mkdtemp(join(tmpdir(), 'regia-reproduce-')))
  const dir = join(parent, 'checkout')
  // Whoever ends this process at once finds nothing left but a note in the repository, which git takes away by itself.
  const onExit = () => rmSync(parent, { recursive: true, force: true })
  process.on('exit', onExit)
  const remove = async () => {
    process.off('exit', onExit)
    await git(['worktree', 'remove', '--force', '--force', dir], { cwd: repository })
    await rm(parent, { recursive: true, force: true })
    await git(['worktree', 'prune'], { cwd: repository })
  }
  try {
    const added = await git(['worktree', 'add', '--detach', '--force', dir, commit], { cwd: repository })
    if (added.code !== 0) throw refused(`The commit ${commit} cannot be checked out`, added.stderr, repository)
    if (patch) await applyPatch(dir, join(parent, 'uncommitted.diff'), patch)
    return { dir, repository, remove, keep: () => process.off('exit', onExit) }
  } catch (error) {
    await remove()
    throw error
  }
}

async function applyPatch(dir: string, path: string, patch: Uint8Array): Promise<void> {
  await writeFile(path, patch)
  const applied = await git(['apply', '--whitespace=nowarn', path], { cwd: dir })
  if (applied.code !== 0)
    throw refused('The uncommitted changes of then do not apply to the commit', applied.stderr, dir)
}

const refused = (what: string, why: string, where: string): RegiaError =>
  new RegiaError('CONFLICT', `${what}: ${why}`, {
    where,
    hint: 'Look whether the repository is whole ("git fsck"), and whether it is the one that the run was made from.',
  })
