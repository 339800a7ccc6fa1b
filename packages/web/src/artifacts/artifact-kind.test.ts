import { describe, expect, it } from 'vitest'
import { contentView } from './artifact-kind.ts'
import { readNotebook } from './notebook-model.ts'

describe('contentView', () => {
  it('goes by the media type, and by the name where that says nothing', () => {
    expect(contentView('text/html; charset=utf-8', undefined)).toBe('html')
    expect(contentView('image/svg+xml', undefined)).toBe('image')
    expect(contentView('application/x-ipynb+json', undefined)).toBe('notebook')
    expect(contentView('application/geo+json', undefined)).toBe('json')
    expect(contentView(undefined, 'plots/confusion.PNG')).toBe('image')
    expect(contentView('application/json', 'report.ipynb')).toBe('notebook')
    expect(contentView('application/octet-stream', 'model.bin')).toBe('binary')
    expect(contentView(undefined, undefined)).toBe('binary')
  })
})

describe('readNotebook', () => {
  const notebook = (cell: object) =>
    JSON.stringify({ cells: [{ cell_type: 'code', source: ['a = 1\n', 'a'], ...cell }] })

  it('joins lines, drops the colours of terminals and prefers a picture to its text', () => {
    const outputs = [
      { output_type: 'stream', name: 'stdout', text: ['one\n', '\u001b[31mtwo\u001b[0m'] },
      { output_type: 'display_data', data: { 'text/plain': '<Figure>', 'image/png': 'QUJD\n' } },
      { output_type: 'error', ename: 'ValueError', evalue: 'no', traceback: ['\u001b[0;31mValueError\u001b[0m: no'] },
    ]
    expect(readNotebook(notebook({ execution_count: 3, outputs }))).toEqual([
      {
        kind: 'code',
        source: 'a = 1\na',
        count: 3,
        shown: [
          { kind: 'text', text: 'one\ntwo', isError: false },
          { kind: 'image', source: 'data:image/png;base64,QUJD' },
          { kind: 'text', text: 'ValueError: no', isError: true },
        ],
      },
    ])
  })
  it('never shows HTML or scripts, only the text beside them', () => {
    const outputs = [
      { output_type: 'execute_result', data: { 'text/html': '<script>x()</script>', 'text/plain': 'a frame' } },
    ]
    expect(readNotebook(notebook({ outputs }))[0]?.shown).toEqual([{ kind: 'text', text: 'a frame', isError: false }])
    expect(
      readNotebook(notebook({ outputs: [{ output_type: 'display_data', data: { 'text/html': '<b>' } }] }))[0]?.shown,
    ).toEqual([])
  })
  it('refuses what is no notebook', () => {
    expect(() => readNotebook('{}')).toThrow()
    expect(() => readNotebook('nonsense')).toThrow()
  })
})
