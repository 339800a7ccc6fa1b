import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { git, gitLine } from './git.ts'
import type { ChangedFile, GitState } from './git-state.ts'
import { isSecretFile } from './secret-files.ts'

/** What is on disk and not in the commit, as a patch that `git apply` takes. */
export type UncommittedDiff = {
  /** Nothing where nothing differs, or the patch would be larger than allowed. */
  readonly patch: Buffer | undefined
  readonly leftOut: readonly { readonly path: string; readonly reason: string }[]
}

/** The whole patch, one file that git does not know yet, and all of these together. */
const LIMITS = { patchBytes: 5_000_000, untrackedFileBytes: 1_000_000, untrackedBytes: 2_500_000 }

/**
 * The uncommitted changes of a repository, new files among them; never what git ignores, nor files that look like secrets.
 *
 * Works on an index and an object store of its own, so that the repository's are as they were.
 */
export async function readUncommittedDiff(
  { root, commit, changed }: GitState,
  limits = LIMITS,
): Promise<UncommittedDiff> {
  if (commit === undefined || changed.length === 0) return { patch: undefined, leftOut: [] }
  const judged = await judge(changed, root, limits)
  const leftOut = shortened(judged.flatMap(({ path, reason }) => (reason === undefined ? [] : [{ path, reason }])))
  const kept = judged.filter(({ reason }) => reason === undefined).map(({ path }) => path)
  if (kept.length === 0) return { patch: undefined, leftOut }
  const patch = await patchOf(kept, root, commit, limits.patchBytes)
  if (typeof patch !== 'string') return { patch, leftOut }
  return { patch: undefined, leftOut: [...leftOut, { path: '', reason: patch }] }
}

type Judged = { readonly path: string; readonly reason: string | undefined }

/** Of new files the smaller ones first, as long as all of them together stay below their limit. */
async function judge(changed: readonly ChangedFile[], root: string, limits: typeof LIMITS): Promise<Judged[]> {
  const sized = await Promise.all(changed.map(async (file) => ({ ...file, sizeBytes: await newBytes(file, root) })))
  let sumBytes = 0
  return sized
    .sort((a, b) => (a.sizeBytes ?? 0) - (b.sizeBytes ?? 0))
    .map(({ path, isUntracked, sizeBytes }) => {
      if (isSecretFile(path)) return { path, reason: 'looks like a secret' }
      if (!isUntracked) return { path, reason: undefined }
      if (sizeBytes === undefined) return { path, reason: 'is no file' }
      if (sizeBytes > limits.untrackedFileBytes)
        return { path, reason: `is new and larger than ${megabytes(limits.untrackedFileBytes)}` }
      sumBytes += sizeBytes
      return {
        path,
        reason:
          sumBytes > limits.untrackedBytes
            ? `is new, and new files are more than ${megabytes(limits.untrackedBytes)}`
            : undefined,
      }
    })
}

/** Of a file that git does not know yet. */
async function newBytes({ path, isUntracked }: ChangedFile, root: string): Promise<number | undefined> {
  const found = isUntracked ? await stat(join(root, path)).catch(() => undefined) : undefined
  return found?.isFile() ? found.size : undefined
}

const MOST_NAMED = 200
const megabytes = (bytes: number): string => `${bytes / 1e6} MB`

const shortened = (leftOut: UncommittedDiff['leftOut']): UncommittedDiff['leftOut'] =>
  leftOut.length <= MOST_NAMED
    ? leftOut
    : [...leftOut.slice(0, MOST_NAMED), { path: '…', reason: `and ${leftOut.length - MOST_NAMED} more` }]

/** @returns Why there is no patch, as a text. */
async function patchOf(
  paths: readonly string[],
  root: string,
  commit: string,
  maxBytes: number,
): Promise<Buffer | string> {
  const objects = await gitLine(['rev-parse', '--path-format=absolute', '--git-path', 'objects'], root)
  const dir = await mkdtemp(join(tmpdir(), 'regia-diff-'))
  const env = {
    GIT_INDEX_FILE: join(dir, 'index'),
    GIT_OBJECT_DIRECTORY: dir,
    GIT_ALTERNATE_OBJECT_DIRECTORIES: objects ?? join(root, '.git', 'objects'),
  }
  try {
    const read = await git(['read-tree', commit], { cwd: root, env })
    const list = ['--pathspec-from-file=-', '--pathspec-file-nul']
    const add = await git(['--literal-pathspecs', 'add', '--all', ...list], { cwd: root, env, input: paths.join('\0') })
    if (read.code !== 0 || add.code !== 0) return `git failed: ${read.stderr || add.stderr}`
    const form = [
      '--cached',
      '--binary',
      '--no-color',
      '--no-ext-diff',
      '--no-textconv',
      '--no-renames',
      '--full-index',
    ]
    const prefixes = ['--src-prefix=a/', '--dst-prefix=b/']
    const diff = await git(['diff', ...form, ...prefixes, commit], { cwd: root, env, maxBytes })
    if (diff.isTooLong) return `the changes are larger than ${megabytes(maxBytes)}`
    return diff.code === 0 ? diff.stdout : `git failed: ${diff.stderr}`
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
