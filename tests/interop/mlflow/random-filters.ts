import type { Random } from './random.ts'
import { METRICS, NAN_METRIC, PARAMS, TAGS, TEXTS } from './vocabulary.ts'

const NUMBER_OPERATORS = ['=', '!=', '>', '>=', '<', '<='] as const
const TEXT_OPERATORS = ['=', '!=', 'LIKE', 'ILIKE'] as const
const PATTERNS = ['a%', '%a', '%b%', 'A_', '_', '%', 'alpha', 'x%y'] as const

/** A filter of runs, mostly a good one: clauses of every kind, joined by AND in any case. */
export function randomRunFilter(random: Random): string {
  const clauses = Array.from({ length: random.below(4) }, () => clause(random))
  if (random.chance(0.06)) clauses.push(random.pick(BROKEN))
  return clauses.join(random.pick([' and ', ' AND ', '  And  ']))
}

/** What no server may take for a filter. */
const BROKEN = [
  'metrics.loss > "1"',
  'params.depth = 3',
  'nonsense.x = 1',
  "tags.a = 'x' OR tags.b = 'y'",
  'metrics.loss >',
  "attributes.unknown = 'x'",
  "metrics.loss LIKE '1'",
  "params.depth > '3'",
  "tags.a IN ('x', 'y')",
  'status = 1',
  "start_time = 'yesterday'",
  "'x' = tags.a",
  'metrics.loss > 1; metrics.loss < 2',
] as const

function clause(random: Random): string {
  switch (random.below(6)) {
    case 0:
    case 1:
      return `${random.pick(['metrics', 'metric'])}.${key(random, METRICS)} ${random.pick(NUMBER_OPERATORS)} ${number(random)}`
    case 2:
      return textClause(random, `${random.pick(['params', 'param', 'parameters', 'parameter'])}.${key(random, PARAMS)}`)
    case 3:
      return textClause(random, `${random.pick(['tags', 'tag'])}.${key(random, TAGS)}`)
    case 4:
      return numberAttribute(random)
    default:
      return textAttribute(random)
  }
}

function textClause(random: Random, name: string): string {
  const operator = random.pick(TEXT_OPERATORS)
  const value = operator.endsWith('LIKE') ? random.pick(PATTERNS) : random.pick(TEXTS)
  return `${name} ${random.chance(0.3) ? operator.toLowerCase() : operator} ${quoted(random, value)}`
}

const numberAttribute = (random: Random) =>
  `${random.pick(['attributes.', 'attribute.', ''])}${random.pick(['start_time', 'end_time', 'created'])} ${random.pick(NUMBER_OPERATORS)} ${1_700_000_000_000 + random.below(20)}`

function textAttribute(random: Random): string {
  if (random.chance(0.2)) {
    const ids = random.some(['{run:0}', '{run:1}', '{run:2}', '{run:3}', '{run:4}'], 4)
    return `run_id ${random.pick(['IN', 'NOT IN', 'in'])} (${['{run:0}', ...ids].map((id) => `'${id}'`).join(', ')})`
  }
  if (random.chance(0.5)) return textClause(random, random.pick(['run_name', 'attributes.run_name', '`run name`']))
  return `${random.pick(['status', 'attributes.status'])} ${random.pick(['=', '!='])} '${random.pick(['RUNNING', 'FINISHED', 'FAILED', 'KILLED', 'nothing'])}'`
}

const key = (random: Random, keys: readonly string[]): string => {
  const name = random.pick(keys)
  if (/^\w+$/.test(name) && random.chance(0.7)) return name
  return random.chance(0.5) ? `\`${name}\`` : `"${name}"`
}
const number = (random: Random) => random.pick(['0', '1', '0.5', '-1', '1e3', '-2.5', '1e-3', '0.25'])
const quoted = (random: Random, text: string) => (random.chance(0.3) ? `"${text}"` : `'${text}'`)

const ATTRIBUTES = [
  'start_time',
  'end_time',
  'attributes.status',
  'run_id',
  'attribute.run_name',
  'artifact_uri',
] as const

/** What to order runs by; ids come last by themselves at both servers, but ids differ, so there is always a distinct start time. */
export function randomRunOrder(random: Random): readonly string[] {
  const terms = Array.from({ length: random.below(3) }, () => {
    const by = random.pick([
      () => `metrics.${key(random, [...METRICS, NAN_METRIC])}`,
      () => `params.${key(random, PARAMS)}`,
      () => `tags.${key(random, TAGS)}`,
      () => random.pick(ATTRIBUTES.filter((name) => name !== 'run_id' && name !== 'artifact_uri')),
    ])()
    return `${by}${random.pick(['', ' ASC', ' DESC', ' desc', ' asc'])}`
  })
  if (random.chance(0.04)) terms.push(random.pick(['nonsense.x', 'metrics.loss SIDEWAYS', '']))
  return terms
}
