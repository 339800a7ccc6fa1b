import { type FilterClause, type OrderTerm, parseFilter, parseOrder, RUN_GRAMMAR } from '@regia/core'
import type { RandomQuery } from './random-queries.ts'
import type { KnownRun } from './random-runs.ts'

type Cell = string | number | null | undefined

/** What a search must find: every run looked at, one after the other. */
export function naiveSearch(runs: readonly KnownRun[], query: RandomQuery): readonly KnownRun[] {
  const clauses = parseFilter(query.filter, RUN_GRAMMAR)
  const terms = parseOrder(query.orderBy, RUN_GRAMMAR)
  return runs
    .filter((run) => isInScope(run, query) && clauses.every((clause) => matches(run, clause)))
    .sort((a, b) => compareRuns(a, b, terms))
}

function isInScope(run: KnownRun, { experimentIds, lifecycle, parent }: RandomQuery): boolean {
  if (experimentIds !== undefined && !experimentIds.includes(String(run.experimentId))) return false
  if (lifecycle !== 'all' && run.isDeleted !== (lifecycle === 'deleted')) return false
  return parent === undefined || (parent === 'none' ? run.parentId === null : run.parentId === parent)
}

const ROOTS: Readonly<Record<number, readonly [string, string]>> = {
  11: ['mlflow-artifacts:/11', ''],
  12: ['mlflow-artifacts:/12', ''],
  13: ['s3://bucket/root', '?region=x'],
}

function attributeOf(run: KnownRun, name: string): Cell {
  const [root, query] = ROOTS[run.experimentId] ?? ['', '']
  const attributes: Readonly<Record<string, Cell>> = {
    id: run.id,
    name: run.name,
    status: run.status,
    user: run.user,
    parent: run.parentId,
    experiment: String(run.experimentId),
    started: run.startMs,
    finished: run.endMs,
    duration: run.endMs === null || run.startMs === null ? null : run.endMs - run.startMs,
    artifacts: `${root}/${run.id}/artifacts${query}`,
  }
  if (!(name in attributes)) throw new Error(`unreachable: a test asks for the attribute "${name}"`)
  return attributes[name]
}

function cellOf(run: KnownRun, { entity, key }: Pick<FilterClause, 'entity' | 'key'>): Cell {
  if (entity === 'metric') return run.metrics.get(key)
  if (entity === 'param') return run.params.get(key)
  return entity === 'tag' ? run.tags.get(key) : attributeOf(run, key)
}

function matches(run: KnownRun, clause: FilterClause): boolean {
  if (clause.entity !== 'dataset') return compares(cellOf(run, clause), clause)
  return run.datasets.some((dataset) =>
    compares(clause.key === 'name' ? dataset.name : clause.key === 'digest' ? dataset.digest : dataset.context, clause),
  )
}

function compares(cell: Cell, { operator, value }: FilterClause): boolean {
  const isMissing = cell === null || cell === undefined
  if (operator === 'IS NULL') return isMissing
  if (operator === 'IS NOT NULL') return !isMissing
  if (isMissing || Number.isNaN(cell)) return false
  if (operator === 'LIKE') return isLike(String(cell), String(value))
  if (operator === 'ILIKE') return isLike(lowered(String(cell)), lowered(String(value)))
  if (typeof value === 'object') return value.includes(String(cell)) === (operator === 'IN')
  if (operator === '=') return cell === value
  if (operator === '!=') return cell !== value
  if (typeof cell !== 'number' || typeof value !== 'number') throw new Error('unreachable: texts are not greater')
  if (operator === '>') return cell > value
  if (operator === '>=') return cell >= value
  return operator === '<' ? cell < value : cell <= value
}

/** Of the letters a to z alone. */
const lowered = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())

/** By characters, without any library. */
function isLike(text: string, pattern: string): boolean {
  const letters = [...text]
  const signs = [...pattern]
  let reached = new Set([0])
  for (const sign of signs) {
    const next = new Set<number>()
    for (const at of reached) {
      if (sign === '%') for (let i = at; i <= letters.length; i++) next.add(i)
      else if (at < letters.length && (sign === '_' || sign === letters[at])) next.add(at + 1)
    }
    reached = next
  }
  return reached.has(letters.length)
}

function compareRuns(a: KnownRun, b: KnownRun, terms: readonly OrderTerm[]): number {
  for (const term of terms) {
    const order = compareCells(cellOf(a, term), cellOf(b, term), term.isDescending)
    if (order !== 0) return order
  }
  return compareCells(a.startMs, b.startMs, true) || compareCells(a.id, b.id, true)
}

/** Numbers and texts, then NaN, then what is missing. */
const rankOf = (cell: Cell): number => (cell === null || cell === undefined ? 2 : Number.isNaN(cell) ? 1 : 0)

function compareCells(a: Cell, b: Cell, isDescending: boolean): number {
  const rank = rankOf(a) - rankOf(b)
  if (rank !== 0 || rankOf(a) > 0) return rank
  const order =
    typeof a === 'number' && typeof b === 'number'
      ? a < b
        ? -1
        : a > b
          ? 1
          : 0
      : Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)))
  return isDescending ? -order : order
}
