import type { Rng } from '@regia/core'
import { EXPERIMENTS, METRICS, PARAMS, pick, TAGS, TEXTS } from './random-runs.ts'

const inQuotes = (text: string): string => `'${text.replaceAll("'", "''")}'`
const inTicks = (key: string): string => `\`${key}\``
const NUMBERS = ['0', '1', '2', '-1.5', '0.3', '1e300', '1e999', '-1e999', '-0.2']
const COMPARISONS = ['=', '!=', '>', '>=', '<', '<=']
const PATTERNS = ['%', 'a%', '%B%', '_', '__', '%\\%', 'A', '%é', '[a-c]*?', '%', '1_', "%'%"]

function randomText(rng: Rng): string {
  const operator = pick(rng, ['=', '!=', '=', 'LIKE', 'ILIKE'])
  return `${operator} ${inQuotes(operator.endsWith('LIKE') ? pick(rng, PATTERNS) : pick(rng, TEXTS))}`
}

const randomList = (rng: Rng, texts: readonly string[]): string =>
  `${pick(rng, ['IN', 'NOT IN'])} (${[pick(rng, texts), pick(rng, texts)].map(inQuotes).join(', ')})`

function randomClause(rng: Rng): string {
  const number = () => `${pick(rng, COMPARISONS)} ${pick(rng, NUMBERS)}`
  const clauses = [
    () => `metrics.${inTicks(pick(rng, METRICS))} ${number()}`,
    () => `metrics.${inTicks(pick(rng, METRICS))} ${number()}`,
    () => `params.${inTicks(pick(rng, PARAMS))} ${randomText(rng)}`,
    () => `tags.${inTicks(pick(rng, TAGS))} ${randomText(rng)}`,
    () =>
      `${pick(rng, ['params', 'tags'])}.${inTicks(pick(rng, [...PARAMS, ...TAGS, 'nowhere']))} ${pick(rng, ['IS NULL', 'IS NOT NULL'])}`,
    () => `started ${pick(rng, COMPARISONS)} ${1_000 * rng.integer(40)}`,
    () => `duration ${pick(rng, COMPARISONS)} ${1_000 * rng.integer(20)}`,
    () => `${pick(rng, ['name', 'user'])} ${pick(rng, [() => randomText(rng), () => randomList(rng, TEXTS)])()}`,
    () =>
      `status ${pick(rng, ["= 'failed'", "!= 'running'", "LIKE '%ed'", "ILIKE 'FAIL%'", "IN ('failed', 'running')", "NOT IN ('failed')"])}`,
    () => `id LIKE ${inQuotes(pick(rng, ['a%', 'A%', '%1%', 'run_%']))}`,
    () => `artifacts LIKE '%${pick(rng, ['bucket%', '11%', 'artifacts'])}'`,
    () =>
      `datasets.${pick(rng, ['name', 'context', 'digest'])} ${pick(rng, ["= 'train'", "!= 'eval'", "LIKE 'd%'", "IN ('eval', 'test', 'd00')"])}`,
  ]
  return pick(rng, clauses)()
}

function randomOrder(rng: Rng): string {
  const field = pick(rng, [
    () => `metrics.${inTicks(pick(rng, METRICS))}`,
    () => `metrics.${inTicks(pick(rng, METRICS))}`,
    () => `params.${inTicks(pick(rng, [...PARAMS, 'nowhere']))}`,
    () => `tags.${inTicks(pick(rng, TAGS))}`,
    () =>
      pick(rng, ['started', 'started', 'finished', 'name', 'status', 'user', 'duration', 'id', 'parent', 'experiment']),
  ])()
  return `${field}${pick(rng, ['', ' ASC', ' DESC'])}`
}

const fieldOf = (text: string): string => text.replace(/ (ASC|DESC)$/, '')

export type RandomQuery = {
  readonly filter: string
  readonly orderBy: readonly string[]
  readonly experimentIds?: readonly string[]
  readonly lifecycle: 'active' | 'deleted' | 'all'
  readonly parent: string | undefined
}

export function randomQuery(rng: Rng): RandomQuery {
  const orders = Array.from({ length: rng.integer(4) }, () => randomOrder(rng))
  return {
    filter: Array.from({ length: rng.integer(4) }, () => randomClause(rng)).join(' AND '),
    orderBy: orders.filter((text, i) => orders.findIndex((other) => fieldOf(other) === fieldOf(text)) === i),
    ...(rng.integer(4) > 0 && {
      experimentIds: pick(rng, [EXPERIMENTS.map(String), [String(pick(rng, EXPERIMENTS))], ['11', '13', '404']]),
    }),
    lifecycle: pick(rng, ['active', 'active', 'deleted', 'all'] as const),
    parent: rng.integer(2) === 0 ? undefined : pick(rng, ['none', 'p1']),
  }
}
