import { createProgress, type Progress, showWaiting } from './progress.ts'
import { type Style, showControls, type Terminal } from './terminal.ts'
import { type Column, textTable } from './text-table.ts'

/** What a command says. With `--json` stdout carries the result and nothing else. */
export type Output = {
  readonly isJson: boolean
  readonly style: Style
  /** A line for a person; nothing with `--json`. */
  readonly line: (text?: string) => void
  /** What the command found: JSON with `--json`, else the text that `show` makes. */
  readonly result: (value: unknown, show?: () => string) => void
  readonly table: <Row>(rows: readonly Row[], columns: readonly Column<Row>[]) => string
  readonly progress: (title: string) => Progress
  /** A spinner while something of unknown length goes on. */
  readonly waiting: <Result>(text: string, work: Promise<Result>) => Promise<Result>
}

const SILENT: Progress = { update: () => {}, clear: () => {}, done: () => {} }

export function createOutput(terminal: Terminal, isJson: boolean): Output {
  return {
    isJson,
    style: terminal.style,
    line: (text = '') => {
      if (!isJson) terminal.write(`${showControls(text)}\n`)
    },
    result: (value, show) => {
      if (isJson) terminal.write(`${JSON.stringify(value)}\n`)
      else if (show) terminal.write(`${showControls(show())}\n`)
    },
    table: (rows, columns) => textTable(rows, columns, terminal.width, terminal.style),
    progress: (title) => (isJson ? SILENT : createProgress(terminal, title)),
    waiting: (text, work) => (isJson ? work : showWaiting(terminal, text, work)),
  }
}
