import { describe, expect, it } from 'vitest'
import { generatedGraph } from '../graph/generated-graph.ts'
import { runCommand } from '../kernel/command-text.ts'
import { draftOf, errorsOf, hasErrors, optionsOf } from './launch-options.ts'

const graph = {
  ...generatedGraph(4, { width: 2 }),
  params: {
    trees: { schema: { type: 'integer', minimum: 1 }, default: 40 },
    mode: { schema: { enum: ['full', 'quick'] }, default: 'full' },
    depths: { schema: { type: 'array', items: { type: 'integer' } } },
  },
}

describe('a launch', () => {
  it('begins with the defaults, or with what an earlier run had', () => {
    expect(draftOf(graph.params, 'latest').params).toEqual({ trees: '40', mode: 'full', depths: '' })
    const again = draftOf(graph.params, 'v2', { params: { trees: 9, depths: [2, 3] }, selection: { to: ['step-1'] } })
    expect(again).toMatchObject({ target: 'v2', params: { trees: '9', depths: '[2,3]' }, to: 'step-1' })
  })
  it('says what is wrong, by field', () => {
    const draft = { ...draftOf(graph.params, 'latest'), params: { trees: '0', mode: 'slow', depths: '[1, "a"]' } }
    expect(errorsOf({ ...draft, to: 'step-9', tags: 'nightly' }, graph)).toEqual({
      params: {
        trees: 'must be at least 1',
        mode: 'must be one of full, quick',
        depths: 'element 1 must be a number',
      },
      steps: { to: 'There is no step "step-9".', tags: 'There is no tag "nightly".' },
    })
    expect(errorsOf(draftOf(graph.params, 'latest'), graph).params).toEqual({ depths: 'needs a value' })
  })
  it('asks the server for what was typed, and gives the same as a command', () => {
    const draft = {
      ...draftOf(graph.params, 'channel prod'),
      params: { trees: '7', mode: 'quick', depths: '[2]' },
      to: 'step-2, step-3',
      useCache: false,
      refresh: 'step-1',
      onFailure: 'stop',
    }
    expect(hasErrors(errorsOf(draft, graph))).toBe(false)
    const options = optionsOf(draft, graph.params)
    expect(options).toEqual({
      channel: 'prod',
      params: { trees: 7, mode: 'quick', depths: [2] },
      selection: { to: ['step-2', 'step-3'] },
      useCache: false,
      refresh: ['step-1'],
      onFailure: 'stop',
    })
    expect(runCommand('p', options)).toContain(
      "--param 'depths=[2]' --to step-2 --to step-3 --no-cache --refresh step-1",
    )
    expect(optionsOf({ ...draft, target: 'v3' }, graph.params)).toMatchObject({ version: 3 })
  })
})
