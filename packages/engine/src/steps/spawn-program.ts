import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

export type ProgramOptions = Omit<SpawnOptions, 'shell'> & {
  readonly args?: readonly string[]
  /** For Node itself, such as `--max-old-space-size=512`. */
  readonly nodeArgs?: readonly string[]
}

/**
 * Starts one of our own programs in a Node process of its own.
 *
 * @param program - Its `.ts` file beside the caller. From a build the `.js` file there runs; from sources Node strips the types itself,
 * and workspace packages are taken from their sources too.
 */
export function spawnProgram(
  program: URL,
  { args = [], nodeArgs = [], ...options }: ProgramOptions = {},
): ChildProcess {
  const isSource = extname(fileURLToPath(import.meta.url)) === '.ts'
  const path = fileURLToPath(program).replace(/\.[tj]s$/, isSource ? '.ts' : '.js')
  const conditions = isSource ? ['--conditions=source', '--disable-warning=ExperimentalWarning'] : []
  return spawn(process.execPath, [...conditions, ...nodeArgs, path, ...args], { ...options, shell: false })
}
