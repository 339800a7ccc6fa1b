import { describe, expect, it } from 'vitest'
import { createRng, type RegiaError } from '../kernel/index.ts'
import { type FeatureMatrix, makeMatrix } from './feature-matrix.ts'
import type { FitProgress, LearningTask } from './learner.ts'
import { getLearnerKind, LEARNERS } from './learners.ts'
import type { LearningTarget } from './target.ts'

const rowCount = 600
const rng = createRng('learners')
const x = Float32Array.from({ length: rowCount }, () => rng.normal())
const level = Float32Array.from({ length: rowCount }, () => rng.integer(5))
const gappy = Float32Array.from({ length: rowCount }, () => (rng.next() < 0.2 ? Number.NaN : rng.normal()))
const matrix = makeMatrix(['x', 'level', 'gappy'], [x, level, gappy])
const signal = x.map((value, row) => value + 0.5 * level[row]! + 0.3 * rng.normal())

const targets: { readonly [Task in LearningTask]: LearningTarget } = {
  binary: { task: 'binary', classCount: 2, codes: Int32Array.from(signal, (value) => (value > 1 ? 1 : 0)) },
  multiclass: {
    task: 'multiclass',
    classCount: 3,
    codes: Int32Array.from(signal, (value) => (value > 1.6 ? 2 : value > 0.4 ? 1 : 0)),
  },
  regression: { task: 'regression', values: Float64Array.from(signal) },
}
const odd = makeMatrix(
  ['x', 'level', 'gappy'],
  [
    Float32Array.of(Number.NaN, Infinity, -Infinity, 3.4e38, -0, 1e-40),
    Float32Array.of(Number.NaN, -Infinity, Infinity, -3.4e38, 99, -1),
    Float32Array.of(Number.NaN, Infinity, Infinity, 3.4e38, 0, Number.NaN),
  ],
)
const noRows = makeMatrix(['x', 'level', 'gappy'], [new Float32Array(), new Float32Array(), new Float32Array()])

const cases = LEARNERS.flatMap((kind) => kind.tasks.map((task) => ({ name: kind.kind, task })))
const fit = (name: string, task: LearningTask, options: { weights?: Float64Array; seed?: number } = {}) =>
  getLearnerKind(name)
    .create()
    .fit(matrix, targets[task], {
      rng: createRng(options.seed ?? 1),
      ...(options.weights && { weights: options.weights }),
    })

const codeOf = (work: () => unknown): string => {
  try {
    work()
    return 'nothing thrown'
  } catch (error) {
    return (error as RegiaError).code
  }
}

describe.each(cases)('every learner: $name, $task', ({ name, task }) => {
  const outputs = (of: FeatureMatrix) => fit(name, task).predict(of)

  it('gives one array per output and one number per row', () => {
    const model = fit(name, task)
    expect(model).toMatchObject({ kind: name, task, featureCount: 3 })
    const predicted = model.predict(matrix)
    expect(predicted).toHaveLength(model.outputCount)
    expect(predicted.map((column) => column.length)).toEqual(predicted.map(() => rowCount))
    expect(model.predict(noRows).map((column) => column.length)).toEqual(predicted.map(() => 0))
  })

  it('gives finite numbers, and as probabilities those that sum to 1, whatever the row', () => {
    for (const of of [matrix, odd]) {
      const predicted = outputs(of)
      expect(predicted.every((column) => column.every(Number.isFinite))).toBe(true)
      if (task === 'regression') continue
      for (let row = 0; row < of.rowCount; row++) {
        expect(predicted.reduce((sum, column) => sum + column[row]!, 0)).toBeCloseTo(1, 12)
        expect(Math.min(...predicted.map((column) => column[row]!))).toBeGreaterThanOrEqual(0)
      }
    }
  })

  it('is the same for the same seed', () => {
    expect(fit(name, task, { seed: 5 }).toJson()).toEqual(fit(name, task, { seed: 5 }).toJson())
  })

  it('predicts the same after a way through JSON', () => {
    const model = fit(name, task)
    const again = getLearnerKind(name).fromJson(JSON.parse(JSON.stringify(model.toJson())))
    expect(again.predict(matrix)).toEqual(model.predict(matrix))
    expect(again.predict(odd)).toEqual(model.predict(odd))
    expect(again.toJson()).toEqual(model.toJson())
  })

  it('follows the weights of the rows', () => {
    const isHigh = (row: number) => signal[row]! > 1.6
    const weights = Float64Array.from({ length: rowCount }, (_, row) => (isHigh(row) ? 20 : 1))
    const mean = (of: Float64Array) => of.reduce((sum, value) => sum + value, 0) / of.length
    const plain = mean(fit(name, task).predict(matrix).at(-1)!)
    const weighted = mean(fit(name, task, { weights }).predict(matrix).at(-1)!)
    expect(weighted).toBeGreaterThan(plain)
  })

  it('shares importance out over the features', () => {
    const shares = fit(name, task).featureImportance()
    expect(shares).toHaveLength(3)
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0)
    const sum = shares.reduce((total, share) => total + share, 0)
    if (sum > 0) {
      expect(sum).toBeCloseTo(1, 12)
      expect(shares[0]).toBeGreaterThan(shares[2]!)
    }
  })

  it('reports progress that rises', () => {
    const reports: FitProgress[] = []
    getLearnerKind(name)
      .create()
      .fit(matrix, targets[task], { rng: createRng(1), onProgress: (report) => reports.push(report) })
    expect(reports.map(({ done }) => done)).toEqual(reports.map((_, i) => i + 1))
    expect(reports.every(({ done, total }) => done <= total)).toBe(true)
  })

  it('refuses what does not fit together', () => {
    const learner = getLearnerKind(name).create()
    const options = { rng: createRng(1) }
    const [first] = matrix.columns
    expect(codeOf(() => learner.fit(noRows, targets[task], options))).toBe('DATA_EMPTY')
    expect(codeOf(() => learner.fit(makeMatrix([], []), targets[task], options))).toBe('DATA_EMPTY')
    expect(codeOf(() => learner.fit(makeMatrix(['x'], [first!.slice(1)]), targets[task], options))).toBe(
      'INVALID_INPUT',
    )
    for (const weights of [Float64Array.of(1), new Float64Array(rowCount), new Float64Array(rowCount).fill(-1)]) {
      expect(codeOf(() => learner.fit(matrix, targets[task], { ...options, weights }))).toBe('INVALID_INPUT')
    }
    expect(codeOf(() => fit(name, task).predict(makeMatrix(['x'], [first!])))).toBe('INVALID_INPUT')
  })
})

describe.each(LEARNERS.map(({ kind }) => kind))('the list of learners: %s', (name) => {
  const kind = getLearnerKind(name)

  it('refuses parameters that it does not have', () => {
    expect(() => kind.create({ nonsense: 1 })).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringContaining('nonsense') }),
    )
  })

  it('refuses tasks that it does not learn', () => {
    const others = (['binary', 'multiclass', 'regression'] as const).filter((task) => !kind.tasks.includes(task))
    for (const task of others) expect(codeOf(() => fit(name, task))).toBe('INVALID_INPUT')
  })

  it('refuses state of another kind', () => {
    expect(codeOf(() => kind.fromJson({ nonsense: 1 }))).toBe('MODEL_INVALID')
    expect(codeOf(() => kind.fromJson(null))).toBe('MODEL_INVALID')
  })
})

it('names the learners there are when asked for another', () => {
  expect(() => getLearnerKind('deepThought')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }))
})
