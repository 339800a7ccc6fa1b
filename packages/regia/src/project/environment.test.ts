import { userInfo } from 'node:os'
import { describe, expect, it } from 'vitest'
import { readEnvironment } from './environment.ts'

describe('readEnvironment', () => {
  it('takes an empty variable for an absent one', () => {
    expect(readEnvironment({ REGIA_HOME: '', REGIA_URL: '', USER: 'mia', PATH: '/bin' })).toEqual({
      home: undefined,
      url: undefined,
      token: undefined,
      name: undefined,
      allowPrivateWebhooks: false,
      variable: expect.any(Function),
      user: 'mia',
      tracking: { experiment: undefined, runId: undefined, seed: undefined, reproduction: undefined },
    })
  })

  it('takes the account for who acts where USER is not set, as in containers', () => {
    expect(readEnvironment({}).user).toBe(userInfo().username)
  })

  it('prefers the environment that was named on the command line', () => {
    expect(readEnvironment({ REGIA_ENV: 'dev' }).name).toBe('dev')
    expect(readEnvironment({ REGIA_ENV: 'dev' }, 'prod').name).toBe('prod')
  })

  it('reads a switch, and refuses what is none', () => {
    expect(readEnvironment({ REGIA_ALLOW_PRIVATE_WEBHOOKS: 'true' }).allowPrivateWebhooks).toBe(true)
    expect(readEnvironment({ REGIA_ALLOW_PRIVATE_WEBHOOKS: '0' }).allowPrivateWebhooks).toBe(false)
    expect(() => readEnvironment({ REGIA_ALLOW_PRIVATE_WEBHOOKS: 'perhaps' })).toThrow(/REGIA_ALLOW_PRIVATE_WEBHOOKS/)
  })

  it('names the variable that is wrong, and keeps a token to itself', () => {
    expect(() => readEnvironment({ REGIA_URL: 'ftp://x' })).toThrow('The environment variable REGIA_URL is "ftp://x"')
    expect(() => readEnvironment({ REGIA_TOKEN: 'secret' })).toThrow(/REGIA_TOKEN is a text that is too short/)
    expect(() => readEnvironment({ REGIA_TOKEN: 'secret' })).not.toThrow('secret')
  })
})
