import type { RowRange } from './row-ranges.ts'

/**
 * Cuts a file into ranges of about `rangeRows`, at the ends of its row groups where they are not too far: what is read must be unpacked
 * from the start of its group. The same file is always cut alike.
 *
 * @param groupRows - Rows of each row group, in order.
 */
export function planRanges(groupRows: readonly number[], rangeRows: number): readonly RowRange[] {
  const ranges: RowRange[] = []
  let from = 0
  let end = 0
  for (const rows of groupRows) {
    end += rows
    while (end - from >= 2 * rangeRows) {
      ranges.push({ from, until: from + rangeRows })
      from += rangeRows
    }
    if (end - from < rangeRows) continue
    ranges.push({ from, until: end })
    from = end
  }
  if (end > from) ranges.push({ from, until: end })
  return ranges
}

/** Of each range, the rows that it has in each of the row groups that it touches. @param ranges - All rows, in order. */
export function cutAtGroups(ranges: readonly RowRange[], groupRows: readonly number[]): readonly (readonly number[])[] {
  let group = 0
  let end = groupRows[0] ?? 0
  return ranges.map(({ from, until }) => {
    const cuts: number[] = []
    for (let at = from; at < until; ) {
      while (end <= at) end += groupRows[++group] ?? Number.POSITIVE_INFINITY
      const cut = Math.min(end, until)
      cuts.push(cut - at)
      at = cut
    }
    return cuts
  })
}
