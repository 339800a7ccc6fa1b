import { readFile } from 'node:fs/promises'
import { floatColumn, intColumn, makeTable, stringColumn, toRows } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { DATA_ENGINES, useEngine } from '../../../../tests/fixtures/data/engines.ts'

describe.each(DATA_ENGINES)('a table that is cut by the data engine $name', ({ create }) => {
  const { engine, inFolder } = useEngine(create)
  const ids = async (path: string) => toRows(await engine().readTable(path)).map(({ id }) => id)
  const write = async (path: string) => {
    const table = makeTable({
      id: intColumn([1, 2, 3, 4, 5, 6, 7]),
      town: stringColumn(['b', 'a', null, 'b', '10', 'a', '9']),
      x: floatColumn([0.5, null, 1, 2, 3, 4, 5]),
    })
    await engine().writeTable(table, path)
    return path
  }

  it('gives pieces of so many rows, in order', async () => {
    const path = await write(inFolder('t.parquet'))
    const by = { kind: 'rows', size: 3 } as const
    const { pieces, columns } = await engine().cut({ path, by, outputDir: inFolder('out'), maximumPieces: 3 })
    expect(pieces.map(({ rowCount }) => rowCount)).toEqual([3, 3, 1])
    expect(await Promise.all(pieces.map((piece) => ids(piece.path)))).toEqual([[1, 2, 3], [4, 5, 6], [7]])
    expect(columns).toEqual(await engine().columns(pieces[1]!.path))
  })

  it('gives one table for each value, sorted, rows without one together at the end', async () => {
    const path = await write(inFolder('t.parquet'))
    const by = { kind: 'partitions', column: 'town' } as const
    const { pieces } = await engine().cut({ path, by, outputDir: inFolder('out'), maximumPieces: 100 })
    expect(pieces.map(({ value }) => value)).toEqual(['10', '9', 'a', 'b', undefined])
    expect(await Promise.all(pieces.map((piece) => ids(piece.path)))).toEqual([[5], [7], [2, 6], [1, 4], [3]])
  })

  it('sorts numbers as numbers', async () => {
    const path = inFolder('n.parquet')
    await engine().writeTable(makeTable({ id: intColumn([10, 9, 10]), x: intColumn([1, 1, 1]) }), path)
    const by = { kind: 'partitions', column: 'id' } as const
    const { pieces } = await engine().cut({ path, by, outputDir: inFolder('out'), maximumPieces: 100 })
    expect(pieces.map(({ value, rowCount }) => [value, rowCount])).toEqual([
      ['9', 1],
      ['10', 2],
    ])
  })

  it('keeps the order of many rows, and gives equal files for equal rows', async () => {
    const count = 300_000
    const path = inFolder('many.parquet')
    const id = intColumn(Array.from({ length: count }, (_, i) => i))
    const part = stringColumn(Array.from({ length: count }, (_, i) => `p${i % 3}`))
    await engine().writeTable(makeTable({ id, part }), path)
    const cut = (name: string, by: Parameters<ReturnType<typeof engine>['cut']>[0]['by']) =>
      engine().cut({ path, by, outputDir: inFolder(name), maximumPieces: 10 })
    const { pieces } = await cut('one', { kind: 'partitions', column: 'part' })
    expect((await ids(pieces[1]!.path)).every((each, i) => each === i * 3 + 1)).toBe(true)
    const again = await cut('two', { kind: 'partitions', column: 'part' })
    for (const [i, piece] of pieces.entries()) {
      expect((await readFile(piece.path)).equals(await readFile(again.pieces[i]!.path))).toBe(true)
    }
    const rows = await cut('three', { kind: 'rows', size: 130_000 })
    expect((await ids(rows.pieces[2]!.path))[0]).toBe(260_000)
  })

  it('of no rows gives no pieces', async () => {
    const path = inFolder('none.parquet')
    await engine().writeTable(makeTable({ id: intColumn([]) }), path)
    for (const by of [
      { kind: 'rows', size: 2 },
      { kind: 'partitions', column: 'id' },
    ] as const) {
      expect((await engine().cut({ path, by, outputDir: inFolder('out'), maximumPieces: 1 })).pieces).toEqual([])
    }
  })

  it('says which column it has not, and when there are too many pieces', async () => {
    const path = await write(inFolder('t.parquet'))
    const outputDir = inFolder('out')
    const by = { kind: 'partitions', column: 'twon' } as const
    await expect(engine().cut({ path, by, outputDir, maximumPieces: 9 })).rejects.toMatchObject({
      code: 'COLUMN_MISSING',
      hint: expect.stringContaining('town'),
    })
    await expect(engine().cut({ path, by: { kind: 'rows', size: 1 }, outputDir, maximumPieces: 6 })).rejects.toThrow(
      'The table has 7 pieces of 1 rows; at most 6 are allowed.',
    )
  })
})
