import { describe, expect, it } from 'vitest'
import { readEnvironment } from './environment.ts'

describe('readEnvironment', () => {
  it('takes an empty variable for an absent one', () => {
    expect(readEnvironment({ REGIA_HOME: '', REGIA_URL: '', USER: 'mia', PATH: '/bin' })).toEqual({
      home: undefined,
      url: undefined,
      token: undefined,
      user: 'mia',
    })
  })

  it('names the variable that is wrong, and keeps a token to itself', () => {
    expect(() => readEnvironment({ REGIA_URL: 'ftp://x' })).toThrow('The environment variable REGIA_URL is "ftp://x"')
    expect(() => readEnvironment({ REGIA_TOKEN: 'secret' })).toThrow(/REGIA_TOKEN is a text that is too short/)
    expect(() => readEnvironment({ REGIA_TOKEN: 'secret' })).not.toThrow('secret')
  })
})
