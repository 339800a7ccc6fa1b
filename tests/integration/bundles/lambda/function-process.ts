import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { unzipSync } from 'fflate'
import { openRuntimeApi, type RuntimeApi } from './runtime-api.ts'

const BOOTSTRAP = fileURLToPath(new URL('./bootstrap.mjs', import.meta.url))

/** A function of Lambda: the unzipped bundle, a process with nothing but the variables that Lambda sets, and its Runtime API. */
export type FunctionProcess = Pick<RuntimeApi, 'invoke' | 'initError'> & {
  readonly child: ChildProcess
  /** The lines that it logged. */
  readonly log: readonly string[]
  readonly close: () => Promise<void>
}

export async function unzipFunction(zip: Uint8Array, folder: string): Promise<void> {
  for (const [path, content] of Object.entries(unzipSync(zip))) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
}

export async function startFunction(
  folder: string,
  handler: string,
  env: Readonly<Record<string, string>> = {},
): Promise<FunctionProcess> {
  const api = await openRuntimeApi()
  const child = spawn(process.execPath, [BOOTSTRAP], {
    cwd: folder,
    env: {
      AWS_LAMBDA_RUNTIME_API: api.address,
      AWS_LAMBDA_FUNCTION_NAME: 'late',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1769',
      AWS_REGION: 'eu-central-1',
      LAMBDA_TASK_ROOT: folder,
      TZ: ':UTC',
      _HANDLER: handler,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const log: string[] = []
  const keep = (chunk: Buffer) => log.push(...chunk.toString('utf8').trimEnd().split('\n'))
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const exit = new Promise<void>((resolve) => child.once('close', () => resolve()))
  return {
    ...{ invoke: api.invoke, initError: api.initError, child, log },
    close: async () => {
      child.kill('SIGKILL')
      await exit
      api.close()
    },
  }
}
