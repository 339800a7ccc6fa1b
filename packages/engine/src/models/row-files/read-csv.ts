import { RegiaError } from '@regia/core'

/** A line of a CSV file, as texts; `line` is where it begins, from 1. */
export type CsvRecord = { readonly cells: readonly string[]; readonly line: number }

const QUOTE = '"'

/**
 * Reads CSV as RFC 4180 has it: commas, quotes doubled inside of quotes, lines ended by LF or CRLF. Empty lines are skipped.
 *
 * @throws RegiaError `INVALID_INPUT` for bytes that are not UTF-8, a quote that is not closed, or text behind one that is.
 */
export const readCsv = (bytes: Uint8Array): readonly CsvRecord[] => csvRecords(decode(bytes))

/** The same of a text, of which the first line is line `firstLine` of its file. */
export function csvRecords(text: string, firstLine = 1): readonly CsvRecord[] {
  const records: CsvRecord[] = []
  let cells: string[] = []
  let [place, line, startLine] = [0, firstLine, firstLine]
  while (place < text.length) {
    const cell = text[place] === QUOTE ? quotedCell(text, place, line) : plainCell(text, place)
    cells.push(cell.value)
    line += cell.lineBreaks
    place = cell.end
    if (text[place] === ',') {
      place++
      if (place === text.length) cells.push('')
      continue
    }
    const isBlank = cells.length === 1 && cells[0] === '' && cell.end === cell.start
    if (!isBlank) records.push({ cells, line: startLine })
    cells = []
    if (text[place] === '\r') place++
    if (text[place] === '\n') place++
    startLine = ++line
  }
  if (cells.length > 0) records.push({ cells, line: startLine })
  return records
}

type Cell = {
  readonly value: string
  readonly start: number
  /** Behind it: at a comma, a line end or the end of the text. */
  readonly end: number
  readonly lineBreaks: number
}

function plainCell(text: string, start: number): Cell {
  let end = start
  while (end < text.length && text[end] !== ',' && text[end] !== '\n' && text[end] !== '\r') end++
  return { value: text.slice(start, end), start, end, lineBreaks: 0 }
}

function quotedCell(text: string, start: number, line: number): Cell {
  let end = start + 1
  for (;;) {
    const quote = text.indexOf(QUOTE, end)
    if (quote === -1) throw broken('A quote is not closed.', line)
    end = quote + 1
    if (text[end] !== QUOTE) break
    end++
  }
  const next = text[end]
  if (next !== undefined && next !== ',' && next !== '\n' && next !== '\r') {
    throw broken('Text follows a closing quote.', line)
  }
  const raw = text.slice(start + 1, end - 1)
  return { value: raw.replaceAll('""', QUOTE), start, end, lineBreaks: raw.split('\n').length - 1 }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new RegiaError('INVALID_INPUT', 'The body is not UTF-8.', {
      cause,
      where: 'body',
      hint: 'Save the CSV as UTF-8.',
    })
  }
}

const broken = (what: string, line: number): RegiaError =>
  new RegiaError('INVALID_INPUT', `The CSV is broken in line ${line}. ${what}`, {
    where: `line ${line}`,
    hint: 'A cell with a comma, a quote or a line break stands in quotes, and a quote in it is doubled.',
  })
