import { appendFile, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Artifact, canonicalJson, type GraphStep, type PortType } from '@regia/core'
import type { BlobStore } from '@regia/engine'
import type { Database } from '../../database/database.ts'
import { decodeJson } from '../../database/json-text.ts'
import type { Outputs } from '../run-work.ts'

export type CollectDeps = { readonly database: Database; readonly blobs: BlobStore; readonly tempDir: string }

const ELEMENTS_PER_TURN = 500

/**
 * The outputs of a mapped step whose elements all came to an end: for each port the list of what the successful ones made, in the order of
 * the elements. Written piece by piece, so that ten thousand values of 256 kB are never in memory together.
 */
export async function collectLists(
  { database, blobs, tempDir }: CollectDeps,
  stepRunId: string,
  step: GraphStep,
): Promise<Outputs> {
  const dir = join(tempDir, `lists-${stepRunId}`)
  await rm(dir, { recursive: true, force: true })
  await mkdir(dir, { recursive: true })
  try {
    const files = Object.entries(step.outputs).map(([name, type], i) => new ListFile(name, type, join(dir, String(i))))
    for await (const outputs of successfulOutputs(database, stepRunId)) {
      for (const file of files) await file.add(outputs)
    }
    const lists: Record<string, Artifact> = {}
    for (const file of files) lists[file.name] = await file.keep(blobs)
    return lists
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

async function* successfulOutputs(database: Database, stepRunId: string): AsyncGenerator<readonly Outputs[]> {
  let after = -1
  for (;;) {
    const rows = await database
      .selectFrom('map_item')
      .select(['number', 'outputs'])
      .where('step_run_id', '=', stepRunId)
      .where('number', '>', after)
      .where('status', 'in', ['succeeded', 'cached'])
      .orderBy('number')
      .limit(ELEMENTS_PER_TURN)
      .execute()
    const last = rows.at(-1)
    if (!last) return
    after = last.number
    yield rows.map(({ outputs }) => decodeJson(outputs))
    await nextTurn()
  }
}

/** The blob of one list while it is written: `{"items":[…]}`. */
class ListFile {
  readonly name: string
  readonly #itemKind: Exclude<Artifact['itemKind'], undefined>
  readonly #path: string
  #count = 0
  #sizeBytes = 0

  constructor(name: string, { kind }: PortType, path: string) {
    this.name = name
    this.#itemKind = kind
    this.#path = path
  }

  async add(outputs: readonly Outputs[]): Promise<void> {
    const texts = outputs.map(({ [this.name]: artifact }) => {
      if (!artifact) throw new Error(`unreachable: an element succeeded without output "${this.name}"`)
      this.#sizeBytes += artifact.sizeBytes
      return canonicalJson(artifact)
    })
    await appendFile(this.#path, (this.#count === 0 ? START : ',') + texts.join(','))
    this.#count += outputs.length
  }

  async keep(blobs: BlobStore): Promise<Artifact> {
    await appendFile(this.#path, this.#count === 0 ? `${START}]}` : ']}')
    const { digest } = await blobs.putFile(this.#path, { move: true })
    return { kind: 'list', digest, sizeBytes: this.#sizeBytes, count: this.#count, itemKind: this.#itemKind }
  }
}

const START = '{"items":['
