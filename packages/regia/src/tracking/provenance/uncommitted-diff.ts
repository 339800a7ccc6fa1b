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

/** The whole patch, and a file that git does not know yet. */
const LIMITS = { patchBytes: 5_000_000, untrackedFileBytes: 1_000_000 }

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
  const judged = await Promise.all(
    changed.map(async (file) => ({ path: file.path, reason: await reasonToLeaveOut(file, root, limits) })),
  )
  const leftOut = judged.flatMap(({ path, reason }) => (reason === undefined ? [] : [{ path, reason }]))
  const kept = judged.filter(({ reason }) => reason === undefined).map(({ path }) => path)
  if (kept.length === 0) return { patch: undefined, leftOut }
  const patch = await patchOf(kept, root, commit, limits.patchBytes)
  if (typeof patch !== 'string') return { patch, leftOut }
  return { patch: undefined, leftOut: [...leftOut, { path: '', reason: patch }] }
}

async function reasonToLeaveOut(
  { path, isUntracked }: ChangedFile,
  root: string,
  limits: typeof LIMITS,
): Promise<string | undefined> {
  if (isSecretFile(path)) return 'looks like a secret'
  if (!isUntracked) return undefined
  const found = await stat(join(root, path)).catch(() => undefined)
  if (!found?.isFile()) return 'is no file'
  return found.size > limits.untrackedFileBytes
    ? `is new and larger than ${limits.untrackedFileBytes / 1e6} MB`
    : undefined
}

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
    if (diff.isTooLong) return `the changes are larger than ${maxBytes / 1e6} MB`
    return diff.code === 0 ? diff.stdout : `git failed: ${diff.stderr}`
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
