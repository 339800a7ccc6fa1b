import { describe, expect, it } from 'vitest'
import { credentialsOf } from './credentials-of.ts'

const said = (secretEnv?: string, secretAs?: string, secretFile?: string) =>
  credentialsOf({ secretEnv, secretAs, secretFile })

describe('credentials of another server', () => {
  it('are a bearer token unless said otherwise, and none where none is named', () => {
    expect(said()).toBeUndefined()
    expect(said('TOKEN')).toEqual({ kind: 'bearer', secret: { env: 'TOKEN' } })
    expect(said(undefined, 'bearer', 'secrets/token')).toEqual({ kind: 'bearer', secret: { file: 'secrets/token' } })
    expect(said('PASSWORD', 'basic:ann')).toEqual({ kind: 'basic', user: 'ann', secret: { env: 'PASSWORD' } })
    expect(said('KEY', 'header:x-api-key')).toEqual({ kind: 'headers', headers: { 'x-api-key': { env: 'KEY' } } })
  })

  it.each([
    [undefined, 'bearer', 'no secret is named'],
    ['TOKEN', 'basic', 'cannot be sent as "basic"'],
    ['TOKEN', 'bearer:x', 'cannot be sent as "bearer:x"'],
    ['TOKEN', 'cookie', 'cannot be sent as "cookie"'],
  ])('%s as %s is refused', (env, as, message) => {
    expect(() => said(env, as)).toThrow(expect.objectContaining({ message: expect.stringContaining(message) }))
  })
})
