import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type HeldOut, type ModelOptimisation, OPTIMISATIONS, RegiaError } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import type { Action } from '../../command.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-codes.ts'
import { parseModelReference } from '../model-reference.ts'
import { oneOf } from '../one-of.ts'
import { describeOptimisation } from './describe-optimisation.ts'

type Input = {
  readonly model: string
  readonly by: string
  readonly data: string | undefined
  readonly metric: string | undefined
  readonly maxLoss: number
  readonly minGain: number
  readonly maxCost: number
  readonly keep: string | undefined
  readonly fullRange: boolean
  readonly alias: string | undefined
}

const LOOK_MS = 200
const FILE = /\.(csv|tsv|jsonl|ndjson|json|parquet)(\.gz)?$/i

/** Waits until the server has measured both; ends with 1 where it does not pay. */
export const optimiseModel: Action<Input> = async (input, context) => {
  const { model, version } = parseModelReference(input.model)
  const by = oneOf('--by', OPTIMISATIONS, input.by)
  const keep = input.keep === undefined ? undefined : oneOf('--keep', ['best', 'fewest'], input.keep)
  const { client } = await context.connect()
  const data = input.data === undefined ? undefined : await heldOut(client, input.data, context.workingDir)
  const started = await client.models.optimise(model, version, {
    ...{ by, maxLoss: input.maxLoss, minGain: input.minGain, maxCost: input.maxCost, fullRange: input.fullRange },
    ...(data && { data }),
    ...(input.metric !== undefined && { metric: input.metric }),
    ...(keep && { keep }),
    ...(input.alias !== undefined && { alias: input.alias }),
  })
  const ended = await follow(client, started, context)
  if (ended.status === 'cancelled') throw cancelled(ended)
  if (ended.error) throw failureOf(ended.error)
  context.output.result(ended, () => describeOptimisation(ended, context.output))
  return ended.status === 'registered' ? EXIT.ok : EXIT.failed
}

function failureOf({ code, message, hint, where }: NonNullable<ModelOptimisation['error']>): RegiaError {
  return new RegiaError(code, message, {
    ...(hint !== undefined && { hint }),
    ...(where !== undefined && { where }),
  })
}

const cancelled = ({ id }: ModelOptimisation): RegiaError =>
  new RegiaError('CONFLICT', `Optimisation "${id}" was cancelled.`, { hint: 'Optimise the model again.' })

async function follow(
  client: RegiaClient,
  { model, id }: ModelOptimisation,
  { output, signal }: Pick<Context, 'output' | 'signal'>,
): Promise<ModelOptimisation> {
  const progress = output.progress('optimise')
  for (;;) {
    const now = await client.models.optimisation(model, id)
    if (now.endedAt !== undefined) {
      progress.clear()
      return now
    }
    progress.update(now.progress.fraction, now.progress.message)
    await sleep(LOOK_MS, undefined, { signal })
  }
}

/** A file by its ending, else a dataset, such as `penguins` or `penguins@3`. */
async function heldOut(client: RegiaClient, text: string, workingDir: string): Promise<HeldOut> {
  if (!FILE.test(text)) {
    const [, dataset = text, version] = /^(.*?)(?:@v?(\d+))?$/.exec(text) ?? []
    return { dataset, ...(version !== undefined && { version: Number(version) }) }
  }
  const path = resolve(workingDir, text)
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new RegiaError('DATA_UNREADABLE', `The file "${text}" cannot be read.`, {
      where: path,
      hint: 'Name a CSV, TSV, JSON lines, JSON or Parquet file, or a dataset.',
      cause,
    })
  })
  const { digest } = await client.blobs.write(new Uint8Array(bytes))
  return { file: basename(path), digest }
}
