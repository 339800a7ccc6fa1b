import { type Composition, type ModelPackage, RegiaError, type Row, type Signature } from '@regia/core'
import type { ModelSession, Predictions } from '@regia/engine'
import { joinGroups, pickPredictions, weightedMean } from './combine.ts'
import { RowBatch } from './row-batch.ts'

/** What a composition needs of the endpoints that it asks. */
export type Members = {
  /** @throws RegiaError `NOT_FOUND`, `ENDPOINT_NOT_READY`. */
  readonly signatureOf: (endpoint: string) => Signature
  /** Asks one, which logs its part itself. */
  readonly ask: (endpoint: string, rows: readonly Row[], at: number | undefined) => Promise<MemberAnswer>
}

/** Rows `from` to `from + count` of a batch. */
export type MemberAnswer = { readonly predictions: Predictions; readonly from: number; readonly count: number }

/** A session that asks several endpoints and makes one answer of theirs. */
export function openComposition(manifest: ModelPackage, composition: Composition, members: Members): ModelSession {
  const { signature } = manifest
  const answer = (rows: readonly Row[], at: number | undefined) => askAll(composition, { rows, at, members })
  const predictRows = (rows: readonly Row[]) => answer(rows, undefined)
  return {
    manifest,
    signature,
    atOnce: Number.POSITIVE_INFINITY,
    passesOn: true,
    createBatch: () => new RowBatch(signature),
    predictBatch: (batch) => (batch instanceof RowBatch ? answer(batch.rows, batch.at) : Promise.reject(noRows())),
    predictInThread: () => Promise.reject(noRows()),
    predictInputs: () => Promise.reject(noRows()),
    predictRows,
    predictTable: () => Promise.reject(noRows()),
    selfTest: async () => ({ maxError: 0, rowCount: 0 }),
    unload: async () => undefined,
    close: async () => undefined,
  }
}

type Question = { readonly rows: readonly Row[]; readonly at: number | undefined; readonly members: Members }
type Of<Kind extends Composition['kind']> = Extract<Composition, { readonly kind: Kind }>

function askAll(composition: Composition, question: Question): Promise<Predictions> {
  switch (composition.kind) {
    case 'weights':
      return askTogether(composition, question)
    case 'sequence':
      return askInTurn(composition, question)
    case 'switch':
      return askByField(composition, question)
  }
}

async function askTogether({ members }: Of<'weights'>, question: Question): Promise<Predictions> {
  const answers = await Promise.all(members.map(({ endpoint }) => askFor(endpoint, question)))
  return weightedMean(
    answers,
    members.map(({ weight }) => weight),
  )
}

async function askInTurn({ members }: Of<'sequence'>, question: Question): Promise<Predictions> {
  let { rows } = question
  let last: Predictions | undefined
  for (const { endpoint, scoreAs } of members) {
    const answer = await askFor(endpoint, { ...question, rows })
    if (scoreAs !== undefined) rows = rows.map((row, i) => ({ ...row, [scoreAs]: answer.scores[i]! }))
    last = answer
  }
  if (!last) throw new Error('unreachable: a composition has members')
  return last
}

async function askByField({ field, cases, otherwise }: Of<'switch'>, question: Question): Promise<Predictions> {
  const { rows } = question
  const endpointOf = (row: Row): string =>
    cases.find(({ equals }) => equals.includes(row[field] ?? null))?.endpoint ?? otherwise
  const places = rows.map((_, place) => place)
  const groups = Map.groupBy(places, (place) => endpointOf(rows[place]!))
  const asked = [...groups].map(async ([endpoint, own]) => ({
    places: own,
    predictions: await askFor(endpoint, { ...question, rows: own.map((place) => rows[place]!) }),
  }))
  return joinGroups(await Promise.all(asked), rows.length)
}

/** A member gets the columns that it takes. */
async function askFor(endpoint: string, { rows, at, members }: Question): Promise<Predictions> {
  const names = members.signatureOf(endpoint).inputs.map(({ name }) => name)
  const own = rows.map((row) =>
    Object.fromEntries(names.filter((name) => Object.hasOwn(row, name)).map((name) => [name, row[name]!])),
  )
  return pickPredictions(await members.ask(endpoint, own, at))
}

const noRows = (): RegiaError =>
  new RegiaError('MODEL_INVALID', 'A composition is asked rows, at its endpoint.', { hint: 'Ask the endpoint itself.' })
