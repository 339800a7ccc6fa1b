import { describe, expect, it } from 'vitest'
import { aliasFault, whereItStands } from './alias-choice.ts'

describe('aliasFault', () => {
  it.each(['', 'a b', '7', 'latest', 'v12', 'x'.repeat(256)])('refuses %j', (alias) => {
    expect(aliasFault(alias, { aliases: [] })).toContain('An alias is a name: ')
  })

  it('takes a name that the version has not', () => {
    expect(aliasFault('night-shift_2', { aliases: ['champion'] })).toBeUndefined()
    expect(aliasFault('champion', { aliases: ['champion'] })).toBe('It has this alias.')
  })
})

describe('whereItStands', () => {
  const model = { aliases: [{ alias: 'champion', version: 3 }], protectedAliases: ['champion', 'gold'] }
  it('says where it leaves, and whether somebody must approve', () => {
    expect(whereItStands('new', model)).toBe('It is a new one.')
    expect(whereItStands('champion', { ...model, protectedAliases: [] })).toBe('It leaves v3.')
    expect(whereItStands('champion', model)).toBe(
      'It stands at v3, and is protected: it moves when somebody else has approved.',
    )
    expect(whereItStands('gold', model)).toBe('It is protected: it moves when somebody else has approved.')
  })
})
