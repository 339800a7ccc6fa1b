import type { StepEvent } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { lineReader } from './child-message.ts'
import { EventOutbox } from './event-outbox.ts'
import { LogBudget, MAX_LOG_LENGTH, MAX_LOG_LINES } from './log-budget.ts'
import { maskError, masker } from './secrets.ts'

describe('LogBudget', () => {
  it('keeps so many lines, says once that it is full, and counts the others', () => {
    const budget = new LogBudget()
    for (let i = 0; i < MAX_LOG_LINES; i++) expect(budget.count(10)).toBe('keep')
    expect(budget.summary).toBeUndefined()
    expect([budget.count(10), budget.count(10), budget.count(10)]).toEqual(['last', 'drop', 'drop'])
    expect(budget.notice).toBe('More than 20000 lines: the rest is not kept.')
    expect(budget.summary).toBe('20003 lines (0.2 million characters) were written; the last 3 are not kept.')
  })

  it('bounds long lines by their length', () => {
    const budget = new LogBudget()
    expect(budget.count(MAX_LOG_LENGTH)).toBe('keep')
    expect(budget.count(1)).toBe('last')
    expect(budget.notice).toBe('More than 8 million characters: the rest is not kept.')
    expect(budget.summary).toBe('2 lines (8.0 million characters) were written; the last 1 are not kept.')
  })
})

describe('lineReader', () => {
  const read = (chunks: readonly string[], maxLength?: number) => {
    const lines: string[] = []
    const reader = lineReader((line) => lines.push(line), maxLength)
    for (const chunk of chunks) reader(chunk)
    reader.end()
    return lines
  }

  it('puts lines together from chunks, the last one too', () => {
    expect(read(['a', 'b\nc', '\n\nd\n', 'e'])).toEqual(['ab', 'c', '', 'd', 'e'])
    expect(read(['a\n'])).toEqual(['a'])
  })

  it('cuts a line without end', () => {
    expect(read(['123', '456', '789', '\n', 'next\n'], 5)).toEqual(['12345', 'next'])
  })
})

describe('masker', () => {
  const mask = masker({
    TOKEN: 'to/ken "1"',
    KEY: '-----BEGIN-----\nabcdefgh\nxy\n',
    LONGER: 'to/ken "1" and more',
    EMPTY: ' ',
  })

  it('hides values as they stand, in JSON, in addresses, and line by line', () => {
    expect(mask('is to/ken "1"!')).toBe('is ***!')
    expect(mask(JSON.stringify({ at: 'to/ken "1"' }))).toBe('{"at":"***"}')
    expect(mask(`https://x/?t=${encodeURIComponent('to/ken "1"')}`)).toBe('https://x/?t=***')
    expect(mask('line abcdefgh of it, xy')).toBe('line *** of it, xy')
    expect(mask('to/ken "1" and more')).toBe('***')
    expect(mask('a b')).toBe('a b')
  })

  it('leaves no value in an error', () => {
    const secret = 'to/ken "1"'
    const error = {
      code: 'INTERNAL',
      message: secret,
      hint: secret,
      where: secret,
      stack: secret,
      data: { a: [{ b: secret, c: 1 }] },
    } as const
    expect(JSON.stringify(maskError(error, mask))).not.toContain('ken')
    expect(maskError(error, mask).data).toEqual({ a: [{ b: '***', c: 1 }] })
  })
})

describe('EventOutbox', () => {
  it('hides secrets in lines and messages, and says at the end what is not kept', async () => {
    const outbox = new EventOutbox(() => 0)
    outbox.hide(masker({ TOKEN: 'hush' }))
    const at = '1970-01-01T00:00:00.000Z'
    outbox.add({ type: 'progress', fraction: 0.5, message: 'with hush', at })
    for (let i = 0; i < MAX_LOG_LINES + 5; i++) outbox.add({ type: 'log', stream: 'stdout', text: 'say hush', at })
    outbox.close()
    const sent: StepEvent[] = []
    while (!outbox.isEmpty) await outbox.sendBatch(async (events) => sent.push(...events))
    expect(JSON.stringify(sent)).not.toContain('hush')
    expect(sent[0]).toMatchObject({ message: 'with ***' })
    expect(sent.slice(-2)).toMatchObject([
      { stream: 'system', text: 'More than 20000 lines: the rest is not kept.' },
      { stream: 'system', text: expect.stringMatching(/^20005 lines .* the last 5 are not kept\.$/) },
    ])
  })
})
