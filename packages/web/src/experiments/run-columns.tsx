import { decodeNumber, type TrackedRun } from '@regia/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Ago } from '../kernel/ago.tsx'
import { Elapsed } from '../kernel/elapsed.tsx'
import { ExperimentName } from './experiment-name.tsx'
import { type Field, fieldId, fieldOf } from './field.ts'
import { formatLogged } from './logged-text.ts'
import { RunSpark } from './run-spark.tsx'

export type RunColumn = {
  readonly id: string
  readonly title: string
  readonly kind: Field['kind']
  readonly isNumber: boolean
  readonly width: number
  readonly isSortable: boolean
  readonly cell: (run: TrackedRun) => ReactNode
  /** The same as a plain value, for CSV. */
  readonly value: (run: TrackedRun) => string | number | null
}

type Attribute = Omit<RunColumn, 'id' | 'kind' | 'isNumber' | 'isSortable'> & {
  readonly isNumber?: boolean
  readonly isSortable?: boolean
}

const durationMs = (run: TrackedRun) =>
  run.startedAt && run.finishedAt ? Date.parse(run.finishedAt) - Date.parse(run.startedAt) : null

/** Attributes by the name that the filter language has for them. */
const ATTRIBUTES: Readonly<Record<string, Attribute>> = {
  status: { title: 'Status', width: 104, cell: (run) => run.status, value: (run) => run.status },
  started: {
    title: 'Started',
    width: 104,
    isNumber: true,
    cell: (run) => <Ago at={run.startedAt} />,
    value: (run) => run.startedAt ?? null,
  },
  duration: {
    title: 'Took',
    width: 100,
    isNumber: true,
    cell: (run) =>
      run.startedAt && (run.finishedAt || run.status === 'running') ? (
        <Elapsed from={run.startedAt} until={run.finishedAt} />
      ) : (
        '–'
      ),
    value: durationMs,
  },
  user: { title: 'User', width: 110, cell: (run) => run.user ?? '–', value: (run) => run.user ?? null },
  source: { title: 'Source', width: 92, cell: (run) => run.source, value: (run) => run.source },
  experiment: {
    title: 'Experiment',
    width: 120,
    isSortable: false,
    cell: (run) => (
      <Link to="/experiments/$id" params={{ id: run.experimentId }}>
        <ExperimentName id={run.experimentId} />
      </Link>
    ),
    value: (run) => run.experimentId,
  },
  note: {
    title: 'Note',
    width: 200,
    isSortable: false,
    cell: (run) => run.note ?? '',
    value: (run) => run.note ?? null,
  },
  id: { title: 'Id', width: 150, cell: (run) => <code title={run.id}>{run.id}</code>, value: (run) => run.id },
}
export const ATTRIBUTE_IDS = Object.keys(ATTRIBUTES)

/** The columns of these ids; what is no field any more is left out. */
export const columnsOf = (ids: readonly string[]): readonly RunColumn[] => ids.flatMap((id) => columnOf(id) ?? [])

export function columnOf(id: string): RunColumn | undefined {
  const field = fieldOf(id)
  if (field.kind !== 'attribute') return loggedColumn(field)
  const attribute = ATTRIBUTES[field.key]
  return attribute && { isNumber: false, isSortable: true, ...attribute, id, kind: 'attribute' }
}

function loggedColumn(field: Field): RunColumn {
  if (field.kind === 'curve') return curveColumn(field)
  const shared = { id: fieldId(field), title: field.key, kind: field.kind, isSortable: true }
  if (field.kind === 'metric') {
    const find = (run: TrackedRun) => run.metrics.find(({ key }) => key === field.key)
    return {
      ...shared,
      isNumber: true,
      width: Math.max(104, Math.min(200, field.key.length * 7.2 + 30)),
      cell: (run) => {
        const metric = find(run)
        return metric ? <span title={String(metric.value)}>{formatLogged(metric.value)}</span> : '–'
      },
      value: (run) => {
        const metric = find(run)
        return metric ? decodeNumber(metric.value) : null
      },
    }
  }
  const find = (run: TrackedRun) => (field.kind === 'param' ? run.params : run.tags)[field.key]
  return {
    ...shared,
    isNumber: false,
    width: Math.max(104, Math.min(200, field.key.length * 7.2 + 30)),
    cell: (run) => {
      const text = find(run)
      return text === undefined ? '–' : <span title={text}>{text}</span>
    },
    value: (run) => find(run) ?? null,
  }
}

const curveColumn = (field: Field): RunColumn => ({
  id: fieldId(field),
  title: `${field.key}, curve`,
  kind: 'curve',
  isNumber: false,
  isSortable: false,
  width: 124,
  cell: (run) => <RunSpark run={run} metric={field.key} />,
  value: () => null,
})
