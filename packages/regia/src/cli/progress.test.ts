import { describe, expect, it } from 'vitest'
import { createNarrator } from './narrator.ts'
import { createProgress } from './progress.ts'
import { createStyle, type Terminal } from './terminal.ts'

function recorder(isInteractive: boolean): Terminal & { readonly text: () => string } {
  const written: string[] = []
  const write = (text: string) => void written.push(text)
  return { write, writeError: write, isInteractive, width: 80, style: createStyle(false), text: () => written.join('') }
}

describe('progress', () => {
  it('writes whole lines into a pipe, at most ten, and no control characters', () => {
    const terminal = recorder(false)
    const progress = createProgress(terminal, 'run')
    for (let i = 0; i <= 1000; i++) progress.update(i / 1000, `${i} rows`)
    progress.done('well')
    const lines = terminal.text().trimEnd().split('\n')
    expect(lines).toHaveLength(11)
    expect(lines[0]).toBe('run  10 % 100 rows')
    expect(lines.at(-1)).toBe('run: well')
    expect(terminal.text()).not.toContain('\u001b')
  })

  it('moves one bar on a terminal, no wider than it', () => {
    const terminal = recorder(true)
    createProgress(terminal, 'run').update(0.5, 'x'.repeat(200))
    const [, line] = terminal.text().split('\u001b[K')
    expect(line).toContain('━'.repeat(24))
    expect(line!.length).toBeLessThanOrEqual(80)
  })

  it('lets lines of a story stand above the bar', () => {
    const terminal = recorder(true)
    const narrator = createNarrator(terminal, false)
    narrator.progress('replay', 0.1)
    narrator.say('an alert')
    expect(terminal.text().endsWith('\r\u001b[Kan alert\n')).toBe(true)
  })
})
