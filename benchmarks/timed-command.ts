import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

export type CommandOptions = {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

const LONGEST_MS = 15 * 60_000

/** Runs a program to its end. @throws Error with its last lines where it fails. */
export async function runCommand(
  [program = '', ...args]: readonly string[],
  { cwd, env = {} }: CommandOptions = {},
): Promise<void> {
  const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 1 << 27, timeout: LONGEST_MS }
  await promisify(execFile)(program, args, options).catch((error: unknown) => {
    throw new Error(lastLines(error))
  })
}

/** Seconds of a whole command, from its start to its end. */
export async function secondsOf(command: readonly string[], options?: CommandOptions): Promise<number> {
  const startedAt = performance.now()
  await runCommand(command, options)
  return (performance.now() - startedAt) / 1000
}

function lastLines(error: unknown): string {
  const said = typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr) : ''
  return said.trim().split('\n').slice(-3).join(' / ') || String(error)
}
