import { RegiaError } from '@regia/core'

/** Reads a small CSV text (RFC 4180) with a header line. Big files go through the data engine instead. */
export function parseCsv(text: string, where: string): Record<string, string>[] {
  const [header, ...lines] = splitCsv(text).filter((cells) => cells.length > 1 || cells[0] !== '')
  if (!header)
    throw new RegiaError('DATA_EMPTY', 'The CSV file is empty.', {
      where,
      hint: 'Its first line must name the columns.',
    })
  return lines.map((cells, i) => {
    if (cells.length !== header.length) {
      throw new RegiaError(
        'DATA_UNREADABLE',
        `Row ${i + 1} has ${cells.length} cells, and the header ${header.length}.`,
        {
          where,
          hint: 'Put cells that contain commas or quotes in double quotes.',
        },
      )
    }
    return Object.fromEntries(header.map((name, column) => [name, cells[column]!]))
  })
}

function splitCsv(text: string): string[][] {
  const lines: string[][] = [[]]
  const cell = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n|$)/gy
  for (let match = cell.exec(text); match && match.index < text.length; match = cell.exec(text)) {
    const raw = match[1]!
    lines.at(-1)!.push(raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw)
    if (match[2] !== ',') lines.push([])
  }
  return lines.filter((cells) => cells.length > 0)
}
