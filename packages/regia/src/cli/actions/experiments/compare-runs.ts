import { RegiaError, type TrackedRunDetail } from '@regia/core'
import type { Action } from '../../command.ts'
import { formatDuration, spanMs } from '../format.ts'

type CompareInput = { readonly runs: readonly string[]; readonly all: boolean }

/** One thing of which each run has a value; nothing where it has none. */
type Row = {
  readonly kind: 'attribute' | 'param' | 'metric' | 'tag'
  readonly key: string
  readonly values: readonly (string | undefined)[]
  readonly isSame: boolean
}

const MOST = 20

export const compareRuns: Action<CompareInput> = async ({ runs: ids, all }, context) => {
  if (ids.length < 2 || ids.length > MOST) {
    throw new RegiaError('INVALID_INPUT', `${ids.length} runs cannot be compared.`, {
      where: 'runs',
      hint: `Name 2 to ${MOST} runs by their ids.`,
    })
  }
  const { client } = await context.connect()
  const runs = await Promise.all(ids.map((id) => client.tracking.get(id)))
  const rows = rowsOf(runs).filter(({ isSame }) => all || !isSame)
  const { output } = context
  output.result({ runs: runs.map(({ id, name }) => ({ id, name })), rows }, () =>
    rows.length === 0
      ? 'The runs are the same.'
      : output.table(rows, [
          { title: '', value: ({ kind }) => kind },
          { title: '', value: ({ key }) => key },
          ...runs.map(({ name }, i) => ({
            title: name,
            value: ({ values }: Row) => values[i] ?? '–',
            shrinks: true as const,
          })),
        ]),
  )
}

function rowsOf(runs: readonly TrackedRunDetail[]): Row[] {
  const metrics = runs.map((run) => Object.fromEntries(run.metrics.map(({ key, value }) => [key, String(value)])))
  return [
    row(
      'attribute',
      'status',
      runs.map(({ status }) => status),
    ),
    row(
      'attribute',
      'took',
      runs.map(({ startedAt, finishedAt }) => formatDuration(spanMs(startedAt, finishedAt))),
    ),
    ...rowsOfKind(
      'param',
      runs.map(({ params }) => params),
    ),
    ...rowsOfKind('metric', metrics),
    ...rowsOfKind(
      'tag',
      runs.map(({ tags }) => tags),
    ),
  ]
}

function rowsOfKind(kind: Row['kind'], given: readonly Readonly<Record<string, string>>[]): Row[] {
  const keys = [...new Set(given.flatMap(Object.keys))].sort()
  return keys.map((key) =>
    row(
      kind,
      key,
      given.map((each) => each[key]),
    ),
  )
}

const row = (kind: Row['kind'], key: string, values: readonly (string | undefined)[]): Row => ({
  kind,
  key,
  values,
  isSame: new Set(values).size === 1,
})
