import { describe, expect, it } from 'vitest'
import { EMPTY_JOB, jobErrors, jobRequest } from './job-form.ts'

describe('the form of a scoring job', () => {
  const draft = { ...EMPTY_JOB, model: 'penguins', dataset: 'waiting' }

  it('asks for a model and a dataset', () => {
    expect(Object.keys(jobErrors(EMPTY_JOB))).toEqual(['model', 'dataset'])
    expect(jobErrors(draft)).toEqual({})
    expect(Object.keys(jobErrors({ ...draft, alias: '', output: 'no name' }))).toEqual(['alias', 'output'])
  })

  it('leaves out what is empty', () => {
    expect(jobRequest(draft)).toEqual({
      model: 'penguins@champion',
      input: { dataset: 'waiting' },
      output: {},
      onBadRow: 'fail',
    })
    expect(jobRequest({ ...draft, alias: '3', key: 'id', output: 'scores' })).toMatchObject({
      model: 'penguins@3',
      key: 'id',
      output: { dataset: 'scores' },
    })
  })
})
