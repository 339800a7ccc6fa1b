import { describe, expect, it } from 'vitest'
import { changeOf } from './apply.ts'

describe('changeOf', () => {
  const spec = { name: 'penguins', stable: 'penguins@champion', rule: { b: 2, a: 1 } }

  it('creates what is not there', () => {
    expect(changeOf('endpoint', spec, undefined)).toMatchObject({ action: 'create' })
  })

  it('keeps what is equal, whatever the order of its fields', () => {
    const known = { rule: { a: 1, b: 2 }, stable: 'penguins@champion', name: 'penguins' }
    expect(changeOf('endpoint', spec, known)).toEqual({
      kind: 'endpoint',
      name: 'penguins',
      action: 'keep',
      fields: [],
    })
  })

  it('names the fields that differ', () => {
    expect(changeOf('endpoint', spec, { ...spec, stable: 'penguins@2', rule: { a: 1, b: 3 } }).fields).toEqual([
      'stable',
      'rule',
    ])
  })
})
