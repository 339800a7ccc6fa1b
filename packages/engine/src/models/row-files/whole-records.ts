import { RegiaError } from '@regia/core'

/** Cuts a text that comes in pieces where a record ends. */
export type RecordCutter = {
  /** What is whole by now: whole records, or nothing; `firstLine` is where it begins in the file, from 1. */
  readonly push: (text: string) => CutText
  /** What is left: the last record, which no line break need end. */
  readonly end: () => CutText
}
export type CutText = { readonly text: string; readonly firstLine: number }

const QUOTE = 34
const LINE_FEED = 10

/**
 * @param isQuoted - Whether a line break between quotes belongs to its record, as in CSV.
 * @param maxRecordChars - A record that is longer is refused, so that a file without line breaks does not fill the memory.
 * @throws RegiaError `DATA_UNREADABLE` from `push`.
 */
export function recordCutter(isQuoted: boolean, maxRecordChars: number): RecordCutter {
  let held = ''
  let line = 1
  /** Of the held text: read so far, between quotes there, and its line breaks. */
  let isInside = false
  const take = (text: string): CutText => {
    const firstLine = line
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) line++
    return { text, firstLine }
  }
  return {
    push: (text) => {
      let cut = 0
      for (let i = 0; i < text.length; i++) {
        const code = text.charCodeAt(i)
        if (code === QUOTE && isQuoted) isInside = !isInside
        else if (code === LINE_FEED && !isInside) cut = i + 1
      }
      const whole = cut === 0 ? '' : held + text.slice(0, cut)
      held = cut === 0 ? held + text : text.slice(cut)
      if (held.length > maxRecordChars) throw tooLong(line, maxRecordChars)
      return take(whole)
    },
    end: () => {
      const rest = held
      held = ''
      return take(rest)
    },
  }
}

const tooLong = (line: number, maxChars: number): RegiaError =>
  new RegiaError('DATA_UNREADABLE', `A record is longer than ${maxChars} characters.`, {
    where: `line ${line}`,
    hint: 'End each record with a line break, and close every quote.',
  })
