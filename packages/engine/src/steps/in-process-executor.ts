import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { stepManifestSchema } from '@regia/core'
import { captureSteps } from './capture-steps.ts'
import { SharedSurroundings } from './shared-surroundings.ts'
import { StepEvents } from './step-events.ts'
import type { AttemptOutcome, ReadyAttempt, StepExecutor } from './step-executor.ts'
import { writeResult } from './write-result.ts'

/**
 * Runs steps in this very process: for tests and small graphs, where a child process costs more than the step.
 *
 * What a child gives and this cannot: an end by force. A step that is told to stop and does not listen is given up after its grace and goes
 * on unheard; `process.exit`, a full heap or an error outside of every promise ends this process. Programs of `command` steps are processes
 * of their own here too, and are killed. Steps with other variables or another project wait for those that run.
 */
export function inProcessExecutor(): StepExecutor {
  const surroundings = new SharedSurroundings()
  const capture = captureSteps()
  const running = new Set<Promise<AttemptOutcome>>()
  const run = async (attempt: ReadyAttempt): Promise<AttemptOutcome> => {
    const manifest = stepManifestSchema.parse(JSON.parse(await readFile(attempt.manifestPath, 'utf8')))
    const [{ failedResult, runManifest }, { prepareForUserCode }] = await Promise.all([
      import('./run-manifest.ts'),
      import('../bundling/load-user-code.ts'),
    ])
    prepareForUserCode()
    const events = new StepEvents((message) => {
      if (message.type !== 'done') attempt.onEvent(message)
    })
    const leave = await surroundings.enter({
      variables: { ...manifest.env, ...attempt.secrets },
      ...(manifest.kind === 'code' && { projectDir: manifest.projectDir }),
    })
    const host = { isShared: true, graceMs: attempt.graceMs() }
    try {
      const work = capture.run(events, () => runManifest(manifest, events, attempt.stop, host))
      const result = await Promise.race([work, givenUp(attempt)])
      if (result === undefined) return { kind: 'exited', exitCode: null, signal: null, lastStderr: [] }
      events.flush()
      await writeResult(manifest.resultPath, result)
    } catch (error) {
      await writeResult(manifest.resultPath, failedResult(error, manifest))
    } finally {
      leave()
    }
    return { kind: 'done' }
  }
  return {
    run: (attempt) => {
      const work = run(attempt).finally(() => running.delete(work))
      running.add(work)
      return work
    },
    close: async () => {
      await Promise.allSettled(running)
      capture.close()
    },
  }
}

/** Resolves when a step was told to stop and its grace is over. */
async function givenUp({ stop, graceMs }: ReadyAttempt): Promise<undefined> {
  if (!stop.aborted)
    await new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve(), { once: true }))
  await wait(graceMs(), undefined, { ref: false })
}
