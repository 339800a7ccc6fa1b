import { describe, expect, it } from 'vitest'
import type { RegiaError } from '../../kernel/index.ts'
import { createGraphBuilder, decodeModel, encodeModel, type InputColumn } from '../../onnx/index.ts'
import {
  boolColumn,
  type Column,
  columnLength,
  floatColumn,
  intColumn,
  makeTable,
  stringColumn,
  type Table,
  takeRows,
  timestampColumn,
} from '../../table/index.ts'
import type { LearningTarget } from '../target.ts'
import { inputColumnToOnnx } from './graph-column.ts'
import {
  dateParts,
  getTransformKind,
  impute,
  oneHot,
  ordinal,
  passthrough,
  scale,
  TRANSFORMS,
  type Transform,
} from './index.ts'

const table = makeTable({
  city: stringColumn(['Rome', 'Oslo', null, 'Rome', '', 'Lima']),
  age: floatColumn([30, null, 50, 40, 20, 60]),
  visits: intColumn([1, 2, 2, null, 3, 2]),
  member: boolColumn([true, null, false, true, true, false]),
  at: timestampColumn([0, Date.UTC(2000, 1, 29, 13, 30), null, -1, Date.UTC(1999, 11, 31), Date.UTC(2001, 6, 4)]),
})
const target: LearningTarget = { task: 'binary', classCount: 2, codes: Int32Array.of(1, 0, 0, 1, 1, 0) }

/** Rows as training never saw them. */
const odd = makeTable({
  city: stringColumn(['Atlantis', null, 'Rome']),
  age: floatColumn([Infinity, null, -1e300]),
  visits: intColumn([2 ** 53 - 1, null, -5]),
  member: boolColumn([null, null, true]),
  at: timestampColumn([8.64e15, null, -8.64e15]),
})
const allNull = makeTable({
  city: stringColumn([null, null]),
  age: floatColumn([null, null]),
  visits: intColumn([null, null]),
  member: boolColumn([null, null]),
  at: timestampColumn([null, null]),
})

/** A few uses of each kind; a new kind adds a line. */
const uses: { readonly [kind: string]: readonly Transform[] } = {
  dateParts: [dateParts('at', ['year', 'dayOfYear', 'weekday', 'minuteOfDay'])],
  impute: [impute(['age', 'visits']), impute(['member', 'city'], { strategy: 'mostFrequent' })],
  oneHot: [oneHot(['city', 'member', 'visits'])],
  ordinal: [
    ordinal(['city', 'visits', 'member']),
    ordinal(['city', 'visits'], { order: 'alphabet' }),
    ordinal(['city', 'age'], { order: 'target' }),
  ],
  passthrough: [passthrough(['age', 'visits', 'member', 'at'])],
  scale: [scale(['age', 'visits', 'member', 'at'])],
}

const inputs: readonly InputColumn[] = Object.entries(table.columns).map(([name, { type }]) => ({
  name,
  type,
  nullable: true,
}))
const cases = TRANSFORMS.flatMap(({ kind }) => (uses[kind] ?? []).map((transform, i) => ({ kind, transform, i })))
const numbersOf = (column: Column): number[] => [...(column.type === 'string' ? column.codes : column.values)]
const isFloat32 = (value: number): boolean => Number.isNaN(value) || Math.fround(value) === value

const codeOf = (work: () => unknown): string => {
  try {
    work()
    return 'nothing thrown'
  } catch (error) {
    return (error as RegiaError).code
  }
}

it('has uses of every kind of transform in this suite', () => {
  expect(Object.keys(uses).sort()).toEqual(TRANSFORMS.map(({ kind }) => kind).sort())
})

describe.each(cases)('every transform: $kind ($i)', ({ kind, transform }) => {
  const fitted = transform.fit(table, target)

  it('makes one column per output and one cell per row', () => {
    for (const of of [table, odd, allNull, takeRows(table, [])]) {
      const columns = fitted.apply(of)
      expect(columns).toHaveLength(fitted.outputs.length)
      expect(columns.map(columnLength)).toEqual(columns.map(() => of.rowCount))
    }
    expect(new Set(fitted.outputs).size).toBe(fitted.outputs.length)
    expect(fitted.inputs).toEqual(transform.inputs)
  })

  it('gives the same whenever it is fitted and applied, and leaves its table alone', () => {
    const before = JSON.stringify(table)
    expect(transform.fit(table, target).apply(odd)).toEqual(fitted.apply(odd))
    expect(JSON.stringify(table)).toBe(before)
  })

  it('treats each row for itself', () => {
    const all = fitted.apply(table)
    for (let row = 0; row < table.rowCount; row++) {
      const one = fitted.apply(takeRows(table, [row]))
      expect(one.map(cellOf(0))).toEqual(all.map(cellOf(row)))
    }
  })

  it('gives float32 numbers', () => {
    const numeric = [...fitted.apply(table), ...fitted.apply(odd)].filter(({ type }) => type !== 'string')
    expect(numeric.flatMap(numbersOf).every(isFloat32)).toBe(true)
  })

  it('does the same after a way through JSON', () => {
    const again = getTransformKind(kind).fromJson(JSON.parse(JSON.stringify(fitted.toJson())))
    expect(again).toMatchObject({ kind, inputs: fitted.inputs, outputs: fitted.outputs })
    expect(again.toJson()).toEqual(fitted.toJson())
    for (const of of [table, odd, allNull]) expect(again.apply(of)).toEqual(fitted.apply(of))
  })

  it('adds nodes that can be encoded, one graph column per output', () => {
    const graph = createGraphBuilder('test')
    const columns = new Map(inputs.map((input) => [input.name, inputColumnToOnnx(graph, input)]))
    const made = fitted.toOnnx(
      graph,
      fitted.inputs.map((name) => columns.get(name)!),
    )
    expect(made).toHaveLength(fitted.outputs.length)
    const model = graph.build()
    expect(decodeModel(encodeModel(model))).toEqual(model)
  })

  it('can be fitted where nothing has a value', () => {
    const empty = transform.fit(allNull, { task: 'regression', values: Float64Array.of(1, 2) })
    expect(empty.apply(odd).map(columnLength)).toEqual(empty.outputs.map(() => odd.rowCount))
    expect(
      getTransformKind(kind)
        .fromJson(JSON.parse(JSON.stringify(empty.toJson())))
        .toJson(),
    ).toEqual(empty.toJson())
  })

  it('refuses columns that are not there, parameters and state that are wrong', () => {
    expect(codeOf(() => transform.fit(makeTable({ other: floatColumn([1]) }), undefined))).toMatch(
      /COLUMN_MISSING|INVALID_INPUT/,
    )
    expect(codeOf(() => fitted.apply(makeTable({ other: floatColumn([1]) })))).toBe('COLUMN_MISSING')
    expect(codeOf(() => getTransformKind(kind).create({ nonsense: 1 }))).toBe('INVALID_INPUT')
    expect(codeOf(() => getTransformKind(kind).fromJson({ nonsense: 1 }))).toBe('MODEL_INVALID')
  })
})

const cellOf = (row: number) => (column: Column) =>
  column.type === 'string' ? (column.categories[column.codes[row]!] ?? null) : column.values[row]

const values = (transform: Transform, of: Table = table) => transform.fit(table, target).apply(of).map(numbersOf)

describe('ordinal', () => {
  it('orders by frequency, by alphabet and by the mean of the target', () => {
    expect(values(ordinal(['city']))).toEqual([[0, 2, Number.NaN, 0, Number.NaN, 1]])
    expect(values(ordinal(['city'], { order: 'alphabet' }))).toEqual([[2, 1, Number.NaN, 2, Number.NaN, 0]])
    expect(values(ordinal(['city'], { order: 'target', smoothing: 0 }))).toEqual([[2, 1, Number.NaN, 2, Number.NaN, 0]])
  })

  it('pulls the mean of a rare category towards the mean of all', () => {
    const cities = ['A', 'A', 'A', 'A', 'B', 'C', 'C', 'C', 'C']
    const codes = Int32Array.of(1, 1, 1, 0, 1, 0, 0, 0, 1)
    const of = makeTable({ city: stringColumn(cities) })
    const places = (smoothing: number) => {
      const state = ordinal(['city'], { order: 'target', smoothing }).fit(of, { task: 'binary', classCount: 2, codes })
      return state.toJson()
    }
    // Means: A 3/4, B 1/1, C 1/4, all 5/9. With 20 rows of 5/9 mixed in: A .588, B .577, C .505.
    expect(places(0)).toEqual({ columns: [{ name: 'city', keys: ['C', 'A', 'B'] }] })
    expect(places(20)).toEqual({ columns: [{ name: 'city', keys: ['C', 'B', 'A'] }] })
  })

  it('takes unknown and null as missing', () => {
    expect(values(ordinal(['city']), odd)).toEqual([[Number.NaN, Number.NaN, 0]])
  })

  it('needs a target to order by it', () => {
    expect(codeOf(() => ordinal(['city'], { order: 'target' }).fit(table))).toBe('INVALID_INPUT')
  })
})

describe('oneHot', () => {
  it('makes a feature of each category; an unknown or null one has none', () => {
    const fitted = oneHot(['city']).fit(table)
    expect(fitted.outputs).toEqual(['city=Lima', 'city=Oslo', 'city=Rome'])
    expect(fitted.apply(odd).map(numbersOf)).toEqual([
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 1],
    ])
  })

  it('keeps the most frequent categories', () => {
    expect(oneHot(['city'], { maxCategories: 1 }).fit(table).outputs).toEqual(['city=Rome'])
  })
})

describe('impute', () => {
  it('fills with mean, median, the most frequent or a constant', () => {
    expect(values(impute(['age'], { strategy: 'mean' }))).toEqual([[30, 40, 50, 40, 20, 60]])
    expect(values(impute(['visits']))).toEqual([[1, 2, 2, 2, 3, 2]])
    expect(values(impute(['member'], { strategy: 'mostFrequent' }))).toEqual([[1, 1, 0, 1, 1, 0]])
    expect(values(impute(['age'], { strategy: 'constant', value: -1 }))[0]![1]).toBe(-1)
  })

  it('fills text, an empty one included', () => {
    const [column] = impute(['city'], { strategy: 'mostFrequent' }).fit(table).apply(table)
    expect([...Array(6).keys()].map((row) => cellOf(row)(column!))).toEqual([
      'Rome',
      'Oslo',
      'Rome',
      'Rome',
      'Rome',
      'Lima',
    ])
  })

  it('refuses a strategy that does not fit the column', () => {
    expect(codeOf(() => impute(['city']).fit(table))).toBe('COLUMN_TYPE')
    expect(codeOf(() => impute(['age'], { strategy: 'constant', value: 'x' }).fit(table))).toBe('COLUMN_TYPE')
    expect(codeOf(() => impute(['age'], { strategy: 'constant' }))).toBe('INVALID_INPUT')
    expect(codeOf(() => impute(['age'], { value: 3 }))).toBe('INVALID_INPUT')
  })
})

describe('scale', () => {
  it('gives mean 0 and standard deviation 1, missing stays missing', () => {
    const [scaled] = values(scale(['age']))
    const known = scaled!.filter((value) => !Number.isNaN(value))
    expect(known.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 6)
    expect(known.reduce((sum, value) => sum + value * value, 0) / known.length).toBeCloseTo(1, 6)
    expect(scaled![1]).toBeNaN()
  })

  it('only shifts a column of one value', () => {
    const one = makeTable({ x: floatColumn([7, 7, null]) })
    expect(scale(['x']).fit(one).apply(one).map(numbersOf)).toEqual([[0, 0, Number.NaN]])
  })
})

describe('dateParts and passthrough', () => {
  it('refuse columns of another type', () => {
    expect(codeOf(() => dateParts('age', ['hour']).fit(table))).toBe('COLUMN_TYPE')
    expect(codeOf(() => passthrough(['city']).fit(table))).toBe('COLUMN_TYPE')
    expect(codeOf(() => scale(['city']).fit(table))).toBe('COLUMN_TYPE')
  })
})
