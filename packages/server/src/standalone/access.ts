import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { RegiaError } from '@regia/core'

/** @throws RegiaError `UNAUTHORIZED` where a token is asked for and the headers carry another or none, as a bearer or as a password. */
export function assertToken({ authorization = '' }: IncomingHttpHeaders, token: string | undefined): void {
  if (token === undefined) return
  const bearer = /^Bearer (.+)$/i.exec(authorization)?.[1]
  const basic = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization)?.[1]
  const password = basic && /^[^:]*:(.*)$/s.exec(Buffer.from(basic, 'base64').toString('utf8'))?.[1]
  if ([bearer, password].some((offered) => offered !== undefined && isSame(offered, token))) return
  throw new RegiaError('UNAUTHORIZED', 'This model answers only with a token.', {
    where: 'header authorization',
    hint: 'Send the header "Authorization: Bearer TOKEN".',
  })
}

/** In a time that does not tell how much of it was right. */
const isSame = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b))

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
