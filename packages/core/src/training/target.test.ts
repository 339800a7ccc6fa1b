import { describe, expect, it } from 'vitest'
import { boolColumn, floatColumn, intColumn, makeTable, stringColumn, timestampColumn } from '../table/index.ts'
import { readTarget, targetNumbers } from './target.ts'

const table = makeTable({
  late: boolColumn([true, false, true]),
  grade: intColumn([10, 9, 10]),
  species: stringColumn(['b', 'a', 'c']),
  delay: floatColumn([1.5, -2, 0]),
  gappy: boolColumn([true, null, false]),
  same: stringColumn(['x', 'x', 'x']),
  at: timestampColumn([1, 2, 3]),
})
const read = (target: string, options = {}) => readTarget(table, { target, ...options })

describe('readTarget', () => {
  it('makes text labels of bool, int and text, sorted', () => {
    expect(read('late')).toEqual({
      target: { task: 'binary', classCount: 2, codes: Int32Array.of(1, 0, 1) },
      classes: ['false', 'true'],
    })
    expect(read('grade')).toMatchObject({ classes: ['9', '10'], target: { codes: Int32Array.of(1, 0, 1) } })
    expect(read('species')).toEqual({
      target: { task: 'multiclass', classCount: 3, codes: Int32Array.of(1, 0, 2) },
      classes: ['a', 'b', 'c'],
    })
  })

  it('puts the positive class last', () => {
    expect(read('late', { positive: 'false' })).toMatchObject({
      classes: ['true', 'false'],
      target: { codes: Int32Array.of(0, 1, 0) },
    })
    expect(read('species', { positive: 'a' }).classes).toEqual(['b', 'c', 'a'])
  })

  it('regresses float columns, and others when asked to', () => {
    expect(read('delay')).toEqual({ target: { task: 'regression', values: Float64Array.of(1.5, -2, 0) }, classes: [] })
    expect(read('grade', { task: 'regression' }).target.task).toBe('regression')
    expect(read('delay', { task: 'classification' }).classes).toEqual(['-2', '0', '1.5'])
  })

  it.each([
    ['gappy', {}, 'INVALID_INPUT', 'null in 1 of 3 rows'],
    ['same', {}, 'INVALID_INPUT', 'one class only: x'],
    ['nowhere', {}, 'COLUMN_MISSING', 'nowhere'],
    ['late', { positive: 'yes' }, 'INVALID_INPUT', 'does not occur'],
    ['species', { task: 'regression' }, 'COLUMN_TYPE', 'text'],
  ])('refuses %s with %j', (target, options, code, message) => {
    expect(() => read(target, options)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    )
  })

  it('refuses an empty table, infinite values and a quantity taken for classes', () => {
    const empty = makeTable({ late: boolColumn([]) })
    expect(() => readTarget(empty, { target: 'late' })).toThrow(expect.objectContaining({ code: 'DATA_EMPTY' }))
    const infinite = makeTable({ x: floatColumn([1, Infinity]) })
    expect(() => readTarget(infinite, { target: 'x' })).toThrow(expect.objectContaining({ where: 'row 1' }))
    const ids = makeTable({ id: intColumn(Array.from({ length: 1001 }, (_, i) => i)) })
    expect(() => readTarget(ids, { target: 'id' })).toThrow('1001 classes')
  })
})

describe('targetNumbers', () => {
  it('counts the positive class, the most frequent of several, or the value itself', () => {
    expect(targetNumbers(read('late').target)).toEqual(Float64Array.of(1, 0, 1))
    const several = { task: 'multiclass', classCount: 3, codes: Int32Array.of(2, 0, 2, 1) } as const
    expect(targetNumbers(several)).toEqual(Float64Array.of(1, 0, 1, 0))
    expect(targetNumbers(read('delay').target)).toEqual(Float64Array.of(1.5, -2, 0))
  })
})
