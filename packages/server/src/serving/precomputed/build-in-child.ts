import { fork } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RegiaError } from '@regia/core'
import type { BuildIndexRequest } from './build-index.ts'
import type { FromBuilder } from './build-process.ts'

/** Builds an index in a process of its own. @throws RegiaError what `buildIndex` throws; `UNAVAILABLE` when the process ends early. */
export async function buildInChild(request: BuildIndexRequest, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const ending = extname(fileURLToPath(import.meta.url))
  const child = fork(fileURLToPath(new URL(`./build-process${ending}`, import.meta.url)), {
    execArgv: ending === '.ts' ? ['--conditions=source'] : [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const kill = () => child.kill('SIGKILL')
  signal.addEventListener('abort', kill)
  try {
    const reply = await new Promise<FromBuilder>((resolve) => {
      let said: FromBuilder | undefined
      child.once('message', (message: FromBuilder) => {
        said = message
      })
      const lost = (cause: string) => ({ error: ended(cause).toBody() })
      child.once('exit', (code, killed) => resolve(said ?? lost(killed ?? `code ${code}`)))
      child.once('error', (error) => resolve(lost(error.message)))
      child.send(request, () => undefined)
    })
    signal.throwIfAborted()
    if (reply.error) throw RegiaError.fromBody(reply.error)
  } finally {
    signal.removeEventListener('abort', kill)
  }
}

const ended = (cause: string): RegiaError =>
  new RegiaError('UNAVAILABLE', `The process that built the index of precomputed scores ended early (${cause}).`, {
    hint: 'It is tried again with the next version of the scores, or the next start.',
  })
