import { describe, expect, it } from 'vitest'
import { createRng, RegiaError, type Rng } from '../../kernel/index.ts'
import type { FilterClause, FilterGrammar } from './clause.ts'
import { LOGGED_MODEL_GRAMMAR, RUN_GRAMMAR } from './grammars.ts'
import { quoteKey } from './operand.ts'
import { parseFilter } from './parse-filter.ts'

const parsed = (text: string, grammar: FilterGrammar = RUN_GRAMMAR) =>
  parseFilter(text, grammar).map(({ entity, key, operator, value }) => [entity, key, operator, value])

function faultOf(text: string, grammar: FilterGrammar = RUN_GRAMMAR): string {
  try {
    parseFilter(text, grammar)
  } catch (error) {
    if (error instanceof RegiaError) return [error.where, error.message, error.hint].filter(Boolean).join(' | ')
    throw error
  }
  return 'none'
}

describe('parseFilter', () => {
  it("reads the course's filter", () => {
    expect(parsed("metrics.precision > 0.6 and params.depth='3'")).toEqual([
      ['metric', 'precision', '>', 0.6],
      ['param', 'depth', '=', '3'],
    ])
  })

  it('knows no condition in an empty text', () => {
    expect(parsed('')).toEqual([])
    expect(parsed(' \n\t ')).toEqual([])
  })

  it.each([
    ['metric.a = 1', 'metric', 'a'],
    ['METRICS.a = 1', 'metric', 'a'],
    ["param.a = '1'", 'param', 'a'],
    ["parameter.a = '1'", 'param', 'a'],
    ["parameters.a = '1'", 'param', 'a'],
    ["tag.a = '1'", 'tag', 'a'],
    ["attr.name = '1'", 'attribute', 'name'],
    ["attribute.name = '1'", 'attribute', 'name'],
    ["run.run_id = '1'", 'attribute', 'id'],
    ["name = '1'", 'attribute', 'name'],
    ["`run name` = '1'", 'attribute', 'name'],
    ['attributes."run name" = \'1\'', 'attribute', 'name'],
    ['start_time > 1', 'attribute', 'started'],
    ["dataset.digest = 'x'", 'dataset', 'digest'],
    ["tags.mlflow.user = 'x'", 'tag', 'mlflow.user'],
    ["tags.`mlflow.user` = 'x'", 'tag', 'mlflow.user'],
    ["tags.`a ``b` = 'x'", 'tag', 'a `b'],
    ['metrics."train loss" < 1', 'metric', 'train loss'],
    ['metrics.train/loss<1', 'metric', 'train/loss'],
    ['metrics.größe >= 1', 'metric', 'größe'],
  ])('reads %s', (text, entity, key) => {
    expect(parseFilter(text, RUN_GRAMMAR)[0]).toMatchObject({ entity, key })
  })

  it.each([
    ['= 1', 1],
    ['=-1.5e1', -15],
    ['>= +.5', 0.5],
    ['< 3.', 3],
    ['!=1E-3', 0.001],
  ])('reads the number in metrics.m %s', (rest, value) => {
    expect(parseFilter(`metrics.m ${rest}`, RUN_GRAMMAR)[0]?.value).toBe(value)
  })

  it('reads texts in both quotes, a doubled quote as one', () => {
    expect(parsed(`params.a = 'it''s' AND params.b = "say ""hi"" 'x'"`)).toEqual([
      ['param', 'a', '=', "it's"],
      ['param', 'b', '=', `say "hi" 'x'`],
    ])
  })

  it('reads lists, and operators in any case', () => {
    expect(parsed(`run_id in ('a', "b",) and name Not  In('c') AND tags.x iLike '%A%'`)).toEqual([
      ['attribute', 'id', 'IN', ['a', 'b']],
      ['attribute', 'name', 'NOT IN', ['c']],
      ['tag', 'x', 'ILIKE', '%A%'],
    ])
  })

  it('reads tests for a missing key where the grammar has them', () => {
    expect(parsed('params.a IS NULL AND tags.b is not null')).toEqual([
      ['param', 'a', 'IS NULL', ''],
      ['tag', 'b', 'IS NOT NULL', ''],
    ])
    expect(faultOf('params.a IS NULL', LOGGED_MODEL_GRAMMAR)).toContain('an operator of a param: = != LIKE ILIKE')
  })

  it('reads a date as milliseconds', () => {
    const day = Date.UTC(2026, 10, 22)
    expect(parsed("started > '2026-11-22' AND finished < '2026-11-22 01:00' AND created = 5")).toEqual([
      ['attribute', 'started', '>', day],
      ['attribute', 'finished', '<', day + 3_600_000],
      ['attribute', 'started', '=', 5],
    ])
  })

  it('says where each condition stands', () => {
    const text = "  metrics.a > 1  AND params.b = 'x' "
    const spans = parseFilter(text, RUN_GRAMMAR).map(({ from, until }) => text.slice(from, until))
    expect(spans).toEqual(['metrics.a > 1', "params.b = 'x'"])
  })

  it('names the token, its column, and what would be right there', () => {
    const faults = [
      "metrics.a > '1'",
      'params.depth = 3',
      "statu = 'x'",
      'metric.a == 1',
      'metricz.a = 1',
      "mlflow.user = 'x'",
      "name = 'x' OR name = 'y'",
      "(name = 'x')",
      "name = 'x",
      "name = 'x' AND",
      'metrics. > 1',
      "name IN ('a' 'b')",
      "params.a IN ('a')",
      'rmse > 1',
      "datasets.nam = 'a'",
      "started > 'yesterday'",
      "name = 'x'; DROP TABLE tracked_run",
      'metrics.a',
    ]
    expect(faults.map((text) => faultOf(text))).toMatchInlineSnapshot(`
      [
        "filter:13 | The filter has "'1'" at column 13: expected a number such as 0.5 or -1e3. | Write 1 without quotes: a metric is a number.",
        "filter:16 | The filter has "3" at column 16: expected a text in quotes. | Write '3': a param is compared as text.",
        "filter:1 | The filter has "statu" at column 1: expected an attribute of runs (valid keys are id, name, status, user, source, experiment, parent, lifecycle, artifacts, note, started, finished, duration, updated). | Did you mean "status"?",
        "filter:10 | The filter has "==" at column 10: expected an operator of a metric: = != > >= < <=. | Did you mean "="?",
        "filter:1 | The filter has "metricz.a" at column 1: expected what it is about before the dot (valid are metrics, params, tags, datasets, attributes). | Did you mean "metrics.a"?",
        "filter:1 | The filter has "mlflow.user" at column 1: expected what it is about before the dot (valid are metrics, params, tags, datasets, attributes). | A tag whose key has a dot is written tags.mlflow.user.",
        "filter:12 | The filter has "OR" at column 12: expected AND or the end of the filter. | Only AND joins conditions; for one of several texts use IN on an attribute, or search twice.",
        "filter:1 | The filter has "(" at column 1: expected a condition. | Conditions stand side by side, joined by AND; there is no NOT and no parentheses.",
        "filter:8 | The filter has "'x" at column 8: expected a closing '.",
        "filter:15 | The filter breaks off at column 15: expected what to compare, such as id or metrics.KEY.",
        "filter:9 | The filter breaks off at column 9: expected a name after "metrics.".",
        "filter:14 | The filter has "'b'" at column 14: expected a comma or the closing parenthesis of the list.",
        "filter:10 | The filter has "IN" at column 10: expected an operator of a param: = != LIKE ILIKE IS NULL IS NOT NULL.",
        "filter:1 | The filter has "rmse" at column 1: expected an attribute of runs (valid keys are id, name, status, user, source, experiment, parent, lifecycle, artifacts, note, started, finished, duration, updated). | A key of a metric or a param or a tag is written with what it is: metrics.rmse.",
        "filter:1 | The filter has "datasets.nam" at column 1: expected a field of datasets (valid keys are name, digest, context). | Did you mean "datasets.name"?",
        "filter:11 | The filter has "'yesterday'" at column 11: expected a date such as '2026-11-22' or '2026-11-22T14:30:00Z', or milliseconds since 1970.",
        "filter:11 | The filter has ";" at column 11: expected AND or the end of the filter.",
        "filter:10 | The filter breaks off at column 10: expected an operator of a metric: = != > >= < <=.",
      ]
    `)
  })
})

const pick = <T>(rng: Rng, items: readonly T[]): T => {
  const item = items[rng.integer(items.length)]
  if (item === undefined) throw new Error('unreachable: nothing to pick from')
  return item
}
const LETTERS = [...'abcXYZ019 _.-/:\'"`%,()=<>!éß漢🙂\n\\;']
const randomText = (rng: Rng, length: number): string => Array.from({ length }, () => pick(rng, LETTERS)).join('')

type Bare = Omit<FilterClause, 'from' | 'until'>

function randomClause(rng: Rng): Bare {
  const text = randomText(rng, rng.integer(8))
  const key = randomText(rng, 1 + rng.integer(8))
  const number = Number((rng.normal() * 10 ** (rng.integer(20) - 10)).toPrecision(1 + rng.integer(16)))
  return pick<Bare>(rng, [
    { entity: 'metric', key, operator: pick(rng, ['=', '!=', '<', '<=', '>', '>=']), value: number },
    { entity: 'param', key, operator: pick(rng, ['=', '!=', 'LIKE', 'ILIKE']), value: text },
    { entity: 'tag', key, operator: pick(rng, ['IS NULL', 'IS NOT NULL']), value: '' },
    { entity: 'attribute', key: 'name', operator: pick(rng, ['IN', 'NOT IN']), value: [text, key] },
    { entity: 'attribute', key: 'started', operator: '>', value: number },
    { entity: 'dataset', key: 'digest', operator: '=', value: text },
  ])
}

function written(rng: Rng, { entity, key, operator, value }: Bare): string {
  const inQuotes = (text: string) => {
    const quote = pick(rng, ["'", '"'])
    return quote + text.replaceAll(quote, quote + quote) + quote
  }
  const space = pick(rng, [' ', '  ', '\n'])
  const prefix = { metric: 'metrics.', param: 'params.', tag: 'tags.', dataset: 'datasets.', attribute: '' }[entity]
  const name = rng.integer(2) === 0 || entity === 'attribute' ? quoteKey(key) : `"${key.replaceAll('"', '""')}"`
  const end =
    typeof value === 'number'
      ? String(value)
      : typeof value === 'string'
        ? operator.startsWith('IS')
          ? ''
          : inQuotes(value)
        : `(${value.map(inQuotes).join(`,${space}`)})`
  const cased = rng.integer(2) === 0 ? operator : operator.toLowerCase()
  return `${prefix}${name}${space}${cased}${space}${end}`
}

describe('parseFilter on anything', () => {
  it('reads back what was written, for any clauses', () => {
    const rng = createRng(11)
    for (let round = 0; round < 2_000; round++) {
      const clauses = Array.from({ length: 1 + rng.integer(4) }, () => randomClause(rng))
      const text = clauses.map((clause) => written(rng, clause)).join(pick(rng, [' AND ', ' and ', '\nAnd ']))
      expect(parsed(text), text).toEqual(
        clauses.map(({ entity, key, operator, value }) => [entity, key, operator, value]),
      )
    }
  })

  it('answers garbage with INVALID_INPUT and nothing else', () => {
    const rng = createRng(12)
    const words = [
      'metrics.',
      'params.a',
      'name',
      'AND',
      'IN',
      'NOT',
      'LIKE',
      'IS',
      'NULL',
      '(',
      ')',
      "'",
      '"',
      '`',
      '=',
      '1',
      ' ',
      ',',
      '.',
    ]
    for (let round = 0; round < 5_000; round++) {
      const text = Array.from({ length: rng.integer(12) }, () =>
        rng.integer(3) === 0 ? randomText(rng, 3) : pick(rng, words),
      ).join('')
      try {
        parseFilter(text, RUN_GRAMMAR)
      } catch (error) {
        expect(error, text).toBeInstanceOf(RegiaError)
        expect(error, text).toMatchObject({ code: 'INVALID_INPUT', where: expect.stringMatching(/^filter:\d+$/) })
      }
    }
  })

  it('takes time that grows with the length and no faster', () => {
    const long = (unit: string, length: number) => unit.repeat(Math.ceil(length / unit.length)).slice(0, length)
    for (const unit of ["'", '"a" ', '`', 'metrics.a', 'metrics.a > 1 AND ', '((', "''", 'x"', 'IS NOT ', ' ']) {
      const start = performance.now()
      for (let round = 0; round < 3; round++) faultOf(long(unit, 100_000))
      expect(performance.now() - start, unit).toBeLessThan(5_000)
    }
  })

  it('is bounded', () => {
    const many = (count: number) => Array.from({ length: count }, () => "params.a = '1'").join(' AND ')
    expect(parsed(many(200))).toHaveLength(200)
    expect(faultOf(many(201))).toContain('at most 200 conditions')
    const list = (count: number) => `run_id IN (${Array.from({ length: count }, () => "'a'").join()})`
    expect(parsed(list(10_000))).toHaveLength(1)
    expect(faultOf(`${list(5_001)} AND ${list(5_000)}`)).toContain('at most 10000 texts')
  })

  it('takes a tag for the attribute that the grammar names', () => {
    const grammar: FilterGrammar = {
      subject: 'runs',
      entities: ['tag'],
      attributes: [{ name: 'parent', type: 'text', operators: ['=', 'IS NULL'] }],
      tagAttributes: new Map([['mlflow.parentRunId', 'parent']]),
    }
    expect(parsed("tags.mlflow.parentRunId = 'a' AND tags.`mlflow.parentRunId` IS NULL", grammar)).toEqual([
      ['attribute', 'parent', '=', 'a'],
      ['attribute', 'parent', 'IS NULL', ''],
    ])
    expect(parsed("tags.constructor = 'a'", grammar)).toEqual([['tag', 'constructor', '=', 'a']])
    expect(faultOf("tags.mlflow.parentRunId != 'a'", grammar)).toContain('an operator of parent')
  })

  it('calls attributes in messages as those who write the filter know them', () => {
    const grammar: FilterGrammar = {
      subject: 'versions',
      namesByAlias: true,
      entities: ['tag'],
      attributes: [
        { name: 'model', aliases: ['name'], type: 'text' },
        { name: 'version', aliases: ['version_number'], type: 'number' },
        { name: 'stage', type: 'text' },
      ],
    }
    expect(faultOf("foo = 'x'", grammar)).toContain('(valid keys are name, version_number, stage)')
    expect(parsed("name = 'x' AND version_number > 1", grammar)).toEqual([
      ['attribute', 'model', '=', 'x'],
      ['attribute', 'version', '>', 1],
    ])
  })
})
