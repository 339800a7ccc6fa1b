import { readFile } from 'node:fs/promises'
import { RegiaError } from '@regia/core'
import { readModelPackage } from '../model-package.ts'
import type { FromScorer, ScoreInChildRequest, ToScorer } from './job-messages.ts'
import { scoreFile } from './score-file.ts'

/** A child process that scores one file. It ends when its parent does; what was done stays, for the next one to go on with. */

const cancel = new AbortController()

async function answer({ modelPath, ...request }: ScoreInChildRequest): Promise<FromScorer> {
  try {
    const model = readModelPackage(await readFile(modelPath))
    const onProgress = (progress: Extract<FromScorer, { kind: 'progress' }>['progress']) =>
      say({ kind: 'progress', progress })
    return { kind: 'done', result: await scoreFile({ ...request, model, onProgress, signal: cancel.signal }) }
  } catch (error) {
    const known = error instanceof RegiaError ? error : new RegiaError('INTERNAL', String(error))
    return { kind: 'failed', error: known.toBody() }
  }
}

function say(message: FromScorer): void {
  process.send?.(message, undefined, {}, () => undefined)
}

let isOver = false

process.on('message', (message: ToScorer) => {
  if (message.kind === 'cancel') cancel.abort()
  else void answer(message.request).then(tell)
})
// Ctrl-C reaches the whole process group; the parent decides when work is over.
process.on('SIGINT', () => undefined)
process.on('disconnect', () => {
  if (isOver) process.exit(0)
  // Nobody waits for it any more, and what is finished stands on the disk. An orderly exit would end threads while onnxruntime runs in them,
  // which it answers by aborting the process.
  process.kill(process.pid, 'SIGKILL')
})

function tell(reply: Awaited<ReturnType<typeof answer>>): void {
  isOver = true
  process.send?.(reply, undefined, {}, () => process.disconnect())
}
