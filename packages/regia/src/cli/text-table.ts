import { type Style, visibleWidth } from './terminal.ts'

export type Column<Row> = {
  readonly title: string
  readonly value: (row: Row) => string
  readonly align?: 'right'
  /** May be cut where the terminal is narrow. */
  readonly shrinks?: true
}

const GAP = '  '
const SMALLEST = 8

/** A table for a terminal: columns as wide as they need, the shrinking ones cut with "…" until a line fits `width`. */
export function textTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  width: number,
  style: Style,
): string {
  const cells = rows.map((row) => columns.map((column) => column.value(row).replace(/\s+/g, ' ')))
  const widths = fitWidths(naturalWidths(columns, cells), columns, width)
  const header = style.dim(
    layOut(
      columns.map((column) => column.title),
      columns,
      widths,
    ),
  )
  return [header, ...cells.map((line) => layOut(line, columns, widths))].join('\n')
}

function naturalWidths<Row>(columns: readonly Column<Row>[], cells: readonly string[][]): number[] {
  return columns.map((column, i) =>
    cells.reduce((most, line) => Math.max(most, visibleWidth(line[i]!)), column.title.length),
  )
}

function fitWidths<Row>(natural: readonly number[], columns: readonly Column<Row>[], width: number): number[] {
  const widths = [...natural]
  const total = () => widths.reduce((sum, each) => sum + each, 0) + GAP.length * (widths.length - 1)
  while (total() > width) {
    const widest = columns.reduce(
      (best, column, i) => (column.shrinks && widths[i]! > (widths[best] ?? 0) ? i : best),
      -1,
    )
    if (widest < 0 || widths[widest]! <= SMALLEST) return widths
    widths[widest] = Math.max(SMALLEST, widths[widest]! - (total() - width))
  }
  return widths
}

function layOut<Row>(line: readonly string[], columns: readonly Column<Row>[], widths: readonly number[]): string {
  return line
    .map((cell, i) => {
      const text = cut(cell, widths[i]!)
      const padding = ' '.repeat(widths[i]! - visibleWidth(text))
      return columns[i]!.align === 'right' ? padding + text : text + padding
    })
    .join(GAP)
    .trimEnd()
}

const cut = (text: string, width: number): string =>
  visibleWidth(text) <= width ? text : `${[...text].slice(0, width - 1).join('')}…`
