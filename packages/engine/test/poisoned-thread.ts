import { parentPort } from 'node:worker_threads'
import type { ToThread } from '../src/models/threads/messages.ts'

/** The thread of the pool, which dies when a value of its first column is the poison. Nobody can kill a thread from outside. */

const POISON = 666

parentPort?.on('message', (message: ToThread) => {
  const first = message.kind === 'run' ? message.columns[0] : undefined
  if (first instanceof Float32Array && first.includes(POISON)) process.exit(9)
})
await import('../src/models/threads/model-thread-worker.ts')
