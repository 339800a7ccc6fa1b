import { RegiaError } from '@regia/core'
import type { DataEngine, DataEngineOptions } from './data-engine.ts'
import type { Call, FromChild, ToChild } from './data-worker-messages.ts'
import { createDataEngine } from './duckdb-engine.ts'

/** The child process of a data worker: a data engine that is called by messages. It ends when its parent does. */

let engine: Promise<DataEngine> | undefined

function send(message: FromChild): void {
  process.send?.(message)
}

async function run(id: number, call: Call, opened: DataEngine): Promise<unknown> {
  switch (call.operation) {
    case 'ingest':
      return opened.ingest(call.args[0], (progress) => send({ kind: 'progress', id, ...progress }))
    case 'profile':
      return opened.profile(...call.args)
    case 'columns':
      return opened.columns(...call.args)
    case 'rows':
      return opened.rows(...call.args)
    case 'readTable':
      return opened.readTable(...call.args)
    case 'writeTable':
      return opened.writeTable(...call.args)
    case 'query':
      return opened.query(...call.args)
    case 'queryRows':
      return opened.queryRows(...call.args)
    case 'queryTable':
      return opened.queryTable(...call.args)
    case 'cut':
      return opened.cut(...call.args)
  }
}

async function answer(id: number, call: Call): Promise<void> {
  try {
    if (!engine) throw new Error('unreachable: the first message opens the engine')
    send({ kind: 'done', id, value: await run(id, call, await engine) })
  } catch (error) {
    send({ kind: 'failed', id, error: error instanceof RegiaError ? error.toBody() : { message: String(error) } })
  }
}

function open(options: Omit<DataEngineOptions, 'signal'>): void {
  engine = createDataEngine(options)
}

process.on('message', (message: ToChild) => {
  if (message.kind === 'open') open(message.options)
  else void answer(message.id, message.call)
})
// Ctrl-C reaches the whole process group; the parent decides when work is over.
process.on('SIGINT', () => undefined)
process.on('disconnect', () => process.exit(0))
