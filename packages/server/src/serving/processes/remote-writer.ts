import { RegiaError } from '@regia/core'
import { entryOf } from '../gateway/batch-records.ts'
import type { AnsweredRecords, RemoteWriter } from '../gateway/other-processes.ts'
import { ReleaseRecorder, type ReleaseRecorderOptions } from '../gateway/release-recorder.ts'
import type { FromProcess, Happenings, VersionFailure, Written } from './messages.ts'

type Waiting = {
  readonly rowCount: number
  readonly sentAt: number
  readonly resolve: (ids: readonly string[]) => void
  readonly reject: (error: RegiaError) => void
}

type Gathered = { -readonly [Key in keyof Omit<Happenings, 'endpoint'>]: Happenings[Key][number][] }

/** What is answered but not written is bounded: memory, and how much a writer that stands still can cost. */
const MAX_WAITING_ROWS = 50_000
/** After that whoever asked is told that it was not kept. */
const WRITE_MS = 5_000
const LOOK_MS = 250
/** What happened is told with the next answers, or after this time. */
const TELL_MS = 20

/** Sends what this process answered to the one that writes, and waits for it. */
export class AnswerSender {
  readonly #send: (message: FromProcess) => void
  readonly #waiting = new Map<number, Waiting>()
  readonly #gathered = new Map<string, Gathered>()
  #waitingRows = 0
  #number = 0
  #telling: NodeJS.Timeout | undefined
  #looking: NodeJS.Timeout | undefined

  constructor(send: (message: FromProcess) => void) {
    this.#send = send
  }

  /** For the gateway of one endpoint. */
  writerOf(endpoint: string): RemoteWriter {
    return {
      append: (answered) => this.#append(endpoint, answered),
      countError: (latencyMs) => this.#gather(endpoint).errors.push(latencyMs),
      countFallback: (why) => this.#gather(endpoint).fallbacks.push(why),
      recorder: (options) =>
        new SendingRecorder(options, {
          assigned: (unit, version) => this.#gather(endpoint).units.push([options.id, unit, version]),
          failed: (failure) => this.#gather(endpoint).failures.push({ release: options.id, ...failure }),
        }),
    }
  }

  /** The answer of the process that writes. One that comes too late is for nobody. */
  written({ number, ids, error }: Written): void {
    const waiting = this.#take(number)
    if (ids) waiting?.resolve(ids)
    else waiting?.reject(error ? RegiaError.fromBody(error) : notWritten())
  }

  #append(endpoint: string, { records, counts, release }: AnsweredRecords): Promise<readonly string[]> {
    const rowCount = records.length
    // A failure stands before the success that came after it: a streak ends with that.
    this.#tell()
    if (this.#waitingRows > MAX_WAITING_ROWS) return Promise.reject(tooMuch())
    const number = ++this.#number
    const payloads = records.map((record) => entryOf(record).payload)
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { rowCount, sentAt: performance.now(), resolve, reject })
      this.#waitingRows += rowCount
      this.#looking ??= setInterval(() => this.#giveUp(), LOOK_MS)
      this.#send({ kind: 'write', number, endpoint, payloads, counts, release })
    })
  }

  #take(number: number): Waiting | undefined {
    const waiting = this.#waiting.get(number)
    if (!waiting) return undefined
    this.#waiting.delete(number)
    this.#waitingRows -= waiting.rowCount
    return waiting
  }

  #giveUp(): void {
    const before = performance.now() - WRITE_MS
    for (const [number, { sentAt }] of this.#waiting) {
      if (sentAt > before) break
      this.#take(number)?.reject(notWritten())
    }
    if (this.#waiting.size > 0) return
    clearInterval(this.#looking)
    this.#looking = undefined
  }

  #gather(endpoint: string): Gathered {
    this.#telling ??= setTimeout(() => this.#tell(), TELL_MS)
    const known = this.#gathered.get(endpoint)
    if (known) return known
    const gathered: Gathered = { errors: [], failures: [], fallbacks: [], units: [] }
    this.#gathered.set(endpoint, gathered)
    return gathered
  }

  #tell(): void {
    if (this.#telling === undefined) return
    clearTimeout(this.#telling)
    this.#telling = undefined
    for (const [endpoint, gathered] of this.#gathered) this.#send({ kind: 'happened', endpoint, ...gathered })
    this.#gathered.clear()
  }
}

type Sending = {
  readonly assigned: (unit: string, version: number) => void
  readonly failed: (failure: Omit<VersionFailure, 'release'>) => void
}

/** Passes on what only this process sees. Answers are counted from what is written, and no version is cut off from here. */
class SendingRecorder extends ReleaseRecorder {
  readonly #sending: Sending

  constructor(options: ReleaseRecorderOptions, sending: Sending) {
    super(options)
    this.#sending = sending
  }

  override assigned(unit: string, version: number): void {
    this.#sending.assigned(unit, version)
  }

  override answered(): void {}

  override failed(version: number, failure: { readonly latencyMs: number; readonly isInvalid: boolean }): void {
    this.#sending.failed({ version, ...failure })
  }
}

const notWritten = (): RegiaError =>
  new RegiaError('UNAVAILABLE', 'The process that writes the prediction log did not answer in time.', {
    hint: 'The prediction may have been logged, but it has no id. Send it again.',
    data: { retryAfterSeconds: 1 },
  })

const tooMuch = (): RegiaError =>
  new RegiaError('OVERLOADED', 'Answers come faster than the prediction log can be written.', {
    hint: 'Send it again after a while.',
    data: { retryAfterSeconds: 1 },
  })
