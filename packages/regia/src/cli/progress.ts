import type { Terminal } from './terminal.ts'

/** Shows how far something is: one bar that moves on a terminal, a plain line now and then in a pipe. */
export type Progress = {
  readonly update: (fraction: number, text: string) => void
  /** Takes the bar away so that a line can stand; the next update draws it again. */
  readonly clear: () => void
  readonly done: (text: string) => void
}

const BAR_WIDTH = 24
/** In a pipe, so many lines from 0 to 1. */
const PLAIN_STEPS = 10

export function createProgress(terminal: Terminal, title: string): Progress {
  return terminal.isInteractive ? movingBar(terminal, title) : plainLines(terminal, title)
}

function movingBar(terminal: Terminal, title: string): Progress {
  const clear = () => terminal.write('\r\u001b[K')
  return {
    clear,
    update: (fraction, text) => {
      const full = Math.round(clamp(fraction) * BAR_WIDTH)
      const bar = terminal.style.blue('━'.repeat(full)) + terminal.style.dim('━'.repeat(BAR_WIDTH - full))
      const line = `${title} ${bar} ${percentOf(fraction)}  `
      const room = Math.max(0, terminal.width - title.length - BAR_WIDTH - 10)
      terminal.write(`\r\u001b[K${line}${terminal.style.dim(text.slice(0, room))}`)
    },
    done: (text) => {
      clear()
      terminal.write(`${terminal.style.green('✓')} ${title}  ${text}\n`)
    },
  }
}

function plainLines(terminal: Terminal, title: string): Progress {
  let said = 0
  return {
    clear: () => {},
    update: (fraction, text) => {
      const step = Math.floor(clamp(fraction) * PLAIN_STEPS)
      if (step <= said) return
      said = step
      terminal.write(`${title} ${percentOf(fraction)} ${text}\n`)
    },
    done: (text) => terminal.write(`${title}: ${text}\n`),
  }
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const FRAME_MS = 80
/** What is over sooner needs no spinner. */
const PATIENCE_MS = 150

/** Turns beside a text while something of unknown length goes on; nothing in a pipe. */
export async function showWaiting<Result>(terminal: Terminal, text: string, work: Promise<Result>): Promise<Result> {
  if (!terminal.isInteractive) return work
  const startedAt = performance.now()
  const timer = setInterval(() => {
    const elapsedMs = performance.now() - startedAt
    if (elapsedMs < PATIENCE_MS) return
    const frame = FRAMES[Math.floor(elapsedMs / FRAME_MS) % FRAMES.length]!
    terminal.write(
      `\r\u001b[K${terminal.style.blue(frame)} ${text} ${terminal.style.dim(`${Math.floor(elapsedMs / 1000)} s`)}`,
    )
  }, FRAME_MS)
  try {
    return await work
  } finally {
    clearInterval(timer)
    terminal.write('\r\u001b[K')
  }
}

const clamp = (fraction: number) => Math.min(1, Math.max(0, fraction))
const percentOf = (fraction: number) => `${Math.floor(clamp(fraction) * 100)} %`.padStart(5)
