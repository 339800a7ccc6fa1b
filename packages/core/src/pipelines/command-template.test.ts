import { describe, expect, it } from 'vitest'
import { assertCommand, parseArgument } from './command-template.ts'

describe('parseArgument', () => {
  it('finds ports, forms, the folder and the seed, and leaves other braces alone', () => {
    expect(parseArgument('--in={in.rows:csv}')).toEqual([
      { kind: 'text', text: '--in=' },
      { kind: 'in', name: 'rows', form: 'csv' },
    ])
    expect(parseArgument('{dir}/{out.my-model}{seed}')).toEqual([
      { kind: 'dir' },
      { kind: 'text', text: '/' },
      { kind: 'out', name: 'my-model', form: undefined },
      { kind: 'seed' },
    ])
    for (const text of ['', '{"a": 1}', '{}', '{in}', '{in.}', '{other.x}', '$HOME `id` ; rm']) {
      expect(parseArgument(text)).toEqual([{ kind: 'text', text }])
    }
  })
})

describe('assertCommand', () => {
  const inputs = { rows: { kind: 'table' }, depth: { kind: 'value' } } as const
  const check = (argument: string) => () =>
    assertCommand(['tool', argument], inputs, { model: { kind: 'model' } }, 'a.ts:1')

  it('takes what the ports have', () => {
    for (const argument of [
      '{in.rows}',
      '{in.rows:csv}',
      '{in.depth}',
      '{out.model}',
      '{out.model:signature}',
      '{dir}',
    ]) {
      expect(check(argument)).not.toThrow()
    }
  })

  it('names what they do not have', () => {
    expect(check('{in.row}')).toThrowError(
      expect.objectContaining({ code: 'PIPELINE_INVALID', hint: 'Its inputs are: rows, depth.' }),
    )
    expect(check('{out.rows}')).toThrowError(expect.objectContaining({ hint: 'Its outputs are: model.' }))
    expect(check('{in.depth:csv}')).toThrowError(expect.objectContaining({ hint: 'Write {in.depth}.' }))
  })
})
