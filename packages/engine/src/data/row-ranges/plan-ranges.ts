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
