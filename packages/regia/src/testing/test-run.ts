import { join } from 'node:path'
import { type Artifact, RegiaError, type Report, type Run, reportSchema, type StepRun, type Table } from '@regia/core'
import { createDataEngine, folderBlobStore } from '@regia/engine'
import type { RegiaClient } from '@regia/sdk'

type Parts = {
  readonly run: Run
  readonly client: RegiaClient
  readonly home: string
  readonly close: () => Promise<void>
}

/** A run that a test looks at. */
export class TestRun implements AsyncDisposable {
  readonly run: Run
  /** The whole HTTP API of the server that ran it: its registry, its datasets, its logs. */
  readonly client: RegiaClient
  readonly #home: string
  readonly #close: () => Promise<void>

  constructor({ run, client, home, close }: Parts) {
    this.run = run
    this.client = client
    this.#home = home
    this.#close = close
  }

  get status(): Run['status'] {
    return this.run.status
  }

  /** What made it fail. */
  get error(): Run['error'] {
    return this.run.error
  }

  /** @throws RegiaError `NOT_FOUND` naming the steps there are. */
  step(id: string): StepRun {
    const found = this.run.steps.find(({ step }) => step === id)
    if (found) return found
    throw new RegiaError('NOT_FOUND', `The run has no step "${id}".`, {
      hint: `It has: ${this.run.steps.map(({ step }) => step).join(', ')}.`,
    })
  }

  /** A JSON output, such as metrics, or `passed` of a gate. @throws RegiaError `NOT_FOUND`. */
  value(step: string, output: string): unknown {
    return this.#artifact(step, output).value
  }

  /** A table output, in memory. @throws RegiaError `NOT_FOUND`, `DATA_UNREADABLE` where it is none. */
  async table(step: string, output: string): Promise<Table> {
    const { digest } = this.#artifact(step, output)
    const engine = await createDataEngine({ tempDir: join(this.#home, 'spill') })
    try {
      return await engine.readTable(await folderBlobStore(join(this.#home, 'blobs')).localPath(digest))
    } finally {
      await engine.close()
    }
  }

  /** What a gate found. @throws RegiaError `NOT_FOUND`, `INVALID_INPUT` where the step is no gate. */
  report(gate: string): Report {
    const parsed = reportSchema.safeParse(this.value(gate, 'report'))
    if (parsed.success) return parsed.data
    throw new RegiaError('INVALID_INPUT', `Step "${gate}" made no report.`, { hint: 'Name a gate.' })
  }

  /** Ends the server and removes its folder. */
  close(): Promise<void> {
    return this.#close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #artifact(id: string, output: string): Artifact {
    const { outputs, status, error } = this.step(id)
    const artifact = outputs[output]
    if (artifact) return artifact
    throw new RegiaError('NOT_FOUND', `Step "${id}" (${status}) has no output "${output}".`, {
      hint: error?.message ?? `It made: ${Object.keys(outputs).join(', ') || 'nothing'}.`,
    })
  }
}
