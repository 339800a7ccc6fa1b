import { execFile } from 'node:child_process'

export type GitOptions = {
  readonly cwd: string
  /** Beside those of this process. */
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  /** Default 64 MB. */
  readonly maxBytes?: number
}

/** How git ended; `code` is undefined where it could not be started, or said more than was allowed. */
export type GitResult = {
  readonly code: number | undefined
  readonly stdout: Buffer
  readonly stderr: string
  readonly isTooLong: boolean
}

/** What a hook of git sets for its own work must not lead us to another repository. */
const OF_ANOTHER_COMMAND = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_OBJECT_DIRECTORY', 'GIT_PREFIX']
const MAX_BYTES = 64_000_000

/** Runs git without questions, pagers, optional locks or a language; never rejects. */
export function git(args: readonly string[], options: GitOptions): Promise<GitResult> {
  const { cwd, env = {}, input, maxBytes = MAX_BYTES } = options
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !OF_ANOTHER_COMMAND.includes(name)),
  )
  const settings = { GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', GIT_PAGER: 'cat', LC_ALL: 'C' }
  return new Promise((resolve) => {
    const child = execFile(
      'git',
      ['-c', 'core.fsmonitor=false', '-c', 'core.quotePath=false', ...args],
      { cwd, env: { ...inherited, ...settings, ...env }, encoding: 'buffer', maxBuffer: maxBytes },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : undefined
        const isTooLong = error !== null && String(error.code) === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER'
        resolve({ code, stdout, stderr: stderr.toString().trim(), isTooLong })
      },
    )
    child.stdin?.on('error', () => undefined) // git that is not there, or ends early, reads nothing
    child.stdin?.end(input)
  })
}

/** What git says in one line; nothing where it fails or says nothing. */
export async function gitLine(args: readonly string[], cwd: string): Promise<string | undefined> {
  const { code, stdout } = await git(args, { cwd })
  return code === 0 ? stdout.toString().trim() || undefined : undefined
}
