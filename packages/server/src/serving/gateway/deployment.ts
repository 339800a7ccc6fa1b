import type { Row } from '@regia/core'
import type { ModelSession } from '@regia/engine'
import type { PredictCall, ServedVersion } from './answer.ts'
import { type AnsweredBatch, MicroBatcher } from './micro-batcher.ts'
import type { RegisteredVersion } from './model-directory.ts'

/** The first calls of a graph are the slow ones: memory is planned and code compiled in them. */
const WARM_UP_RUNS = 20

/** A loaded, warm and tested version that answers requests. */
export class Deployment implements ServedVersion {
  readonly registered: RegisteredVersion
  readonly #session: ModelSession
  readonly #batcher: MicroBatcher
  #close: Promise<void> | undefined

  constructor(
    registered: RegisteredVersion,
    session: ModelSession,
    onAnswered: (deployment: Deployment, batch: AnsweredBatch) => void,
  ) {
    this.registered = registered
    this.#session = session
    this.#batcher = new MicroBatcher(session, (batch) => onAnswered(this, batch))
  }

  get model(): string {
    return this.registered.model
  }

  get version(): number {
    return this.registered.version
  }

  get signature(): ModelSession['signature'] {
    return this.#session.signature
  }

  get session(): ModelSession {
    return this.#session
  }

  get isIdle(): boolean {
    return this.#batcher.isIdle
  }

  /** @throws RegiaError `COLUMN_MISSING`, `COLUMN_UNKNOWN`, `COLUMN_TYPE`, before the request joins a batch. */
  predict(call: PredictCall): void {
    this.#batcher.add(call)
  }

  /** Frees the model once every request that it took is answered. */
  close(): Promise<void> {
    this.#close ??= this.#batcher.drained().then(() => this.#session.close())
    return this.#close
  }
}

/** Loads, warms and tests a version. @throws RegiaError `MODEL_SELF_TEST_FAILED` when it does not answer as it did when it was packaged. */
export async function deploy(
  registered: RegisteredVersion,
  session: ModelSession,
  onAnswered: (deployment: Deployment, batch: AnsweredBatch) => void,
): Promise<Deployment> {
  try {
    await session.selfTest()
    for (let run = 0; run < WARM_UP_RUNS; run++) await session.predictRows(exampleRows(registered))
    return new Deployment(registered, session, onAnswered)
  } catch (error) {
    await session.close()
    throw error
  }
}

/** Examples are cells by the package's own signature, which the self-test has just proved. */
const exampleRows = ({ package: manifest }: RegisteredVersion): readonly Row[] =>
  manifest.example.rows as readonly Row[]
