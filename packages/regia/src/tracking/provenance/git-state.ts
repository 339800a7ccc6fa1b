import { maskText } from './command-line.ts'
import { git, gitLine } from './git.ts'

/** A file that differs from the commit; `path` is relative to the repository, with `/`. */
export type ChangedFile = { readonly path: string; readonly isUntracked: boolean }

/** Where a working folder stands in its repository. */
export type GitState = {
  /** The repository's folder. */
  readonly root: string
  /** Nothing before the first commit. */
  readonly commit: string | undefined
  /** Nothing where no branch is checked out. */
  readonly branch: string | undefined
  /** Where it is kept elsewhere, without a password. */
  readonly remote: string | undefined
  readonly changed: readonly ChangedFile[]
}

/** The repository around a folder; nothing where there is none, or no git. */
export async function readGitState(dir: string): Promise<GitState | undefined> {
  const root = await gitLine(['rev-parse', '--show-toplevel'], dir)
  if (root === undefined) return undefined
  const [commit, branch, remote, changed] = await Promise.all([
    gitLine(['rev-parse', '--verify', '--quiet', 'HEAD'], root),
    gitLine(['symbolic-ref', '--quiet', '--short', 'HEAD'], root),
    gitLine(['config', '--get', 'remote.origin.url'], root),
    readChanged(root),
  ])
  return { root, commit, branch, remote: remote && maskText(remote), changed }
}

async function readChanged(root: string): Promise<ChangedFile[]> {
  const options = ['--porcelain=v1', '-z', '--no-renames', '--untracked-files=all', '--ignore-submodules=dirty']
  const { stdout } = await git(['status', ...options], { cwd: root })
  const entries = stdout.toString().split('\0').filter(Boolean)
  return entries
    .map((entry) => ({ path: entry.slice(3), isUntracked: entry.startsWith('??') }))
    .filter(({ path }) => !isOurs(path))
}

/** What Regia and package managers keep is no change of the code, ignored or not. */
const isOurs = (path: string): boolean => /(^|\/)(\.regia|node_modules|mlruns)\//.test(path)
