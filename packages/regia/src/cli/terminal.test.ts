import { describe, expect, it } from 'vitest'
import { createOutput } from './output.ts'
import { createStyle, showControls, type Terminal } from './terminal.ts'

describe('showControls', () => {
  it('shows what would move the cursor, set a title or write over a line', () => {
    expect(showControls('a\u001b[2Jb \u001b]0;title\u0007 c\rd \b\u007f\u009b1A\u0000')).toBe(
      'a␛[2Jb ␛]0;title␇ c␍d ␈␡�1A␀',
    )
  })

  it('leaves colours, tabs and ends of lines', () => {
    const text = `${createStyle(true).red('red')}\tone\ntwo\r\nthree ü 😀`
    expect(showControls(text)).toBe(text)
  })
})

describe('what a command says', () => {
  it('cannot be made to erase what stands on the screen by a name', () => {
    const written: string[] = []
    const write = (text: string) => void written.push(text)
    const terminal: Terminal = { write, writeError: write, isInteractive: true, width: 80, style: createStyle(true) }
    const output = createOutput(terminal, false)
    output.line('run "\u001b[2J"')
    output.result({}, () => output.table([{ name: 'a\u001b[1Ab' }], [{ title: 'name', value: ({ name }) => name }]))
    expect(written.join('')).toContain('run "␛[2J"')
    expect(written.join('')).toContain('a␛[1Ab')
  })
})
