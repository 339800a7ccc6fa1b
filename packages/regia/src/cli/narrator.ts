import { createProgress, type Progress } from './progress.ts'
import type { Terminal } from './terminal.ts'

/** Tells a long story on a terminal: chapters, lines, and one bar that stands below them. */
export type Narrator = {
  readonly chapter: (title: string) => void
  readonly say: (text: string) => void
  readonly progress: (label: string, fraction: number, detail?: string) => void
  /** Takes the bar away, for others to write. */
  readonly pause: () => void
}

/** @param isPlain - Only whole lines, even on a terminal: another program reads them. */
export function createNarrator(terminal: Terminal, isPlain: boolean): Narrator {
  const shown = isPlain ? { ...terminal, isInteractive: false } : terminal
  let bar: { readonly label: string; readonly progress: Progress } | undefined
  const pause = () => bar?.progress.clear()
  const line = (text: string) => {
    pause()
    shown.write(`${text}\n`)
  }
  return {
    pause,
    say: (text) => line(text),
    chapter: (title) => {
      line(`\n${shown.style.bold(title)}`)
      bar = undefined
    },
    progress: (label, fraction, detail = '') => {
      if (bar?.label !== label) bar = { label, progress: createProgress(shown, label) }
      bar.progress.update(fraction, detail)
    },
  }
}
