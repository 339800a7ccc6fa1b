import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, it } from 'vitest'
import { createRng, type Rng } from '../kernel/index.ts'
import {
  count,
  createRollingAggregate,
  type FactRow,
  featureView,
  max,
  mean,
  min,
  pointInTimeSql,
  quoteIdentifier,
  rollingStateSchema,
  sum,
} from './index.ts'

const MINUTE = 60_000
const START = Date.UTC(2001, 0, 1)
const AWKWARD = 'the "value" column'

const view = featureView({
  name: 'history',
  source: 'facts',
  eventTime: 'known at',
  features: {
    mean_1h: mean(AWKWARD).by('from').over('1h'),
    mean_3h: mean(AWKWARD).by('from').over('3h'),
    sum_3h: sum('amount').by('from').over('3h', { decimals: 2 }),
    facts_3h: count().by('from').over('3h'),
    'values "3h"': count(AWKWARD).by('from').over('3h'),
    lowest: min('amount').by('from').over('2h'),
    highest: max('amount').by('to', { as: 'from' }).over('2h'),
    arrivals: mean(AWKWARD).by('to', { as: 'from' }).over('90m'),
  },
})

type Asked = { readonly from: string | null; readonly at: number }

/** Times fall on few minutes and values are often missing, so that ties, edges of windows and nulls all occur. */
function randomHistory(rng: Rng, facts: number, queries: number) {
  const key = () => (rng.next() < 0.08 ? null : `k'${rng.integer(3)}`)
  const at = () => START + rng.integer(600) * MINUTE + (rng.next() < 0.2 ? 1 : 0)
  const number = (value: number) => (rng.next() < 0.15 ? null : value)
  return {
    facts: Array.from({ length: facts }, () => ({
      from: key(),
      to: key(),
      'known at': rng.next() < 0.03 ? null : at(),
      [AWKWARD]: number(rng.integer(200) - 80),
      amount: number(rng.normal() * 100),
    })),
    asked: Array.from({ length: queries }, (): Asked => ({ from: key(), at: at() })).sort((a, b) => a.at - b.at),
  }
}

const literal = (value: string | number | null) =>
  value === null ? 'NULL' : typeof value === 'number' ? `${value}::DOUBLE` : `'${value.replaceAll("'", "''")}'`
const time = (ms: number | null) => (ms === null ? 'NULL' : `epoch_ms(${ms}::BIGINT)`)

async function offline({ facts, asked }: ReturnType<typeof randomHistory>) {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' })
  const connection = await instance.connect()
  const factRows = facts.map((fact) => {
    const cells = [fact.from, fact.to, fact.amount, fact[AWKWARD] as number | null].map(literal)
    return `(${[...cells, time(fact['known at'] as number | null)].join(',')})`
  })
  const value = quoteIdentifier(AWKWARD)
  await connection.run(
    `CREATE TABLE facts("from" VARCHAR, "to" VARCHAR, amount DOUBLE, ${value} DOUBLE, "known at" TIMESTAMP)`,
  )
  await connection.run(`INSERT INTO facts VALUES ${factRows.join(',')}`)
  await connection.run('CREATE TABLE asked("from" VARCHAR, "asked at" TIMESTAMP)')
  await connection.run(
    `INSERT INTO asked VALUES ${asked.map((row) => `(${literal(row.from)},${time(row.at)})`).join(',')}`,
  )
  const result = await connection.runAndReadAll(
    pointInTimeSql(view, { facts: 'facts', queries: '(SELECT * FROM asked)', at: 'asked at' }),
  )
  const rows = result.getRowObjects().map((row) => ({ ...row }))
  connection.closeSync()
  return rows
}

const numbersOf = (row: { readonly [name: string]: unknown }) =>
  Object.fromEntries(
    Object.keys(view.features).map((name) => [name, typeof row[name] === 'bigint' ? Number(row[name]) : row[name]]),
  )

describe('feature view', () => {
  it('gives the same numbers online and offline, bit for bit, whatever the history', async () => {
    for (let seed = 0; seed < 6; seed++) {
      const rng = createRng(`history ${seed}`)
      const history = randomHistory(rng, 300, 200)
      const rows = await offline(history)
      // Facts arrive in random order; all come before the first query, many of them from its future.
      const recent = createRollingAggregate(view)
      for (const fact of history.facts) recent.observe(fact as FactRow)
      const online = history.asked.map((row) => recent.query({ from: row.from }, row.at))
      expect(online).toEqual(rows.map(numbersOf))
      expect(rows.map((row) => row.from)).toEqual(history.asked.map((row) => row.from))
    }
  })

  it('gives the same numbers when facts arrive as they become known', async () => {
    const rng = createRng('as it happens')
    const history = randomHistory(rng, 300, 200)
    const rows = await offline(history)
    const recent = createRollingAggregate(view)
    const waiting = history.facts
      .filter((fact) => fact['known at'] !== null)
      .sort((a, b) => Number(a['known at']) - Number(b['known at']))
    for (const [i, { from, at }] of history.asked.entries()) {
      while (waiting.length > 0 && Number(waiting[0]!['known at']) <= at) recent.observe(waiting.shift() as FactRow)
      expect(recent.query({ from }, at)).toEqual(numbersOf(rows[i]!))
    }
  })

  it('counts a fact from the millisecond at which it is known until the window has passed', () => {
    const recent = createRollingAggregate(view)
    recent.observe({ from: 'a', to: 'b', [AWKWARD]: 7, amount: 1, 'known at': new Date(START).toISOString() })
    const at = (ms: number) => recent.query({ from: 'a' }, START + ms).mean_1h
    expect([at(-1), at(0), at(60 * MINUTE - 1), at(60 * MINUTE)]).toEqual([null, 7, 7, null])
  })

  it('takes up a stored history where it was left', () => {
    const history = randomHistory(createRng('stored'), 200, 60)
    const whole = createRollingAggregate(view)
    for (const fact of history.facts) whole.observe(fact as FactRow)
    const half = history.asked.slice(0, 30).map((row) => whole.query({ from: row.from }, row.at))
    const state = rollingStateSchema.parse(JSON.parse(JSON.stringify(whole.toJson())))
    const resumed = createRollingAggregate(view, { state })
    expect(half).toHaveLength(30)
    for (const { from, at } of history.asked.slice(30))
      expect(resumed.query({ from }, at)).toEqual(whole.query({ from }, at))
  })

  it('forgets what no query can reach any more', () => {
    const recent = createRollingAggregate(view, { maximumLatenessMs: 0 })
    for (let minute = 0; minute < 10_000; minute++) {
      recent.observe({ from: `k${minute % 7}`, to: 'x', [AWKWARD]: 1, amount: 1, 'known at': START + minute * MINUTE })
      recent.query({ from: 'k1' }, START + minute * MINUTE)
    }
    // Two groups, each with at most twice its longest window of 180 facts.
    expect(recent.size()).toBeLessThan(2 * 2 * 181)
    expect(() => recent.query({ from: 'k1' }, START)).toThrow(/has moved on/)
  })

  it('refuses definitions, facts and histories that do not fit', () => {
    expect(() => featureView({ ...view, features: { f: mean('x').by('k').over('soon') } })).toThrow(/not valid/)
    expect(() =>
      featureView({ ...view, features: { f: { aggregate: 'mean', by: 'k', as: 'k', over: '1h' } } }),
    ).toThrow(/not valid/)
    const recent = createRollingAggregate(view)
    expect(() => recent.observe({ from: 'a', to: 'b', 'known at': START, [AWKWARD]: 'late' })).toThrow(/holds the text/)
    expect(() => createRollingAggregate(view, { state: { watermark: null, groups: [] } })).toThrow(/does not belong/)
  })
})
