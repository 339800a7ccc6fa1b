import { expect, it } from 'vitest'
import { answeredByFacts } from './answered-by-facts.ts'

const upstream = {
  kind: 'upstream' as const,
  ...{ url: 'http://triton:8000', model: 'late', modelVersion: '3', timeoutMs: 500 },
  inputs: [{ name: 'x', datatype: 'FP32', columns: ['x'], isMatrix: false }],
  output: { name: 'y', gives: 'value' as const },
}

it('names who answers, and secrets by where they lie', () => {
  const by = ['answered by', 'http://triton:8000, model late, version 3, within 500 ms']
  expect(answeredByFacts(upstream)).toEqual([by, ['with', 'no secret']])
  const bearer = { kind: 'bearer' as const, secret: { env: 'TOKEN' } }
  expect(answeredByFacts({ ...upstream, credentials: bearer })[1]).toEqual(['with', 'a token from TOKEN'])
  const basic = { kind: 'basic' as const, user: 'ann', secret: { file: 'secrets/late' } }
  expect(answeredByFacts({ ...upstream, credentials: basic })[1]).toEqual([
    'with',
    'user ann, password from secrets/late',
  ])
  const headers = { kind: 'headers' as const, headers: { 'x-key': { env: 'KEY' }, 'x-team': { file: 'team' } } }
  expect(answeredByFacts({ ...upstream, credentials: headers })[1]).toEqual([
    'with',
    'x-key from KEY, x-team from team',
  ])
  const members = [{ endpoint: 'a' }, { endpoint: 'b' }]
  expect(answeredByFacts({ kind: 'composition', composition: { kind: 'sequence', members } })).toEqual([
    ['asks', 'a, b (sequence)'],
  ])
})
