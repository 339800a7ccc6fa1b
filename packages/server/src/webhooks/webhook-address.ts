import { lookup as resolveName } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { RegiaError } from '@regia/core'
import { addressIn, isPrivateAddress } from '../http/private-networks.ts'

const ALLOW = 'Name a public https: address, or start the server with REGIA_ALLOW_PRIVATE_WEBHOOKS=true.'

/**
 * The address of a webhook, as far as it can be judged without asking a name server: that is done with each message.
 *
 * @throws RegiaError `INVALID_INPUT`, `PATH_OUTSIDE_ROOT` for a private address.
 */
export function parseWebhookUrl(text: string, allowsPrivate: boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw refused(`A webhook needs an https: address, not "${text.slice(0, 200)}".`)
  }
  if (url.username || url.password) throw refused(`The address at ${url.host} has a user or password in it.`)
  if (url.protocol === 'http:' && !allowsPrivate) throw refused(`The address at ${url.host} is plain http.`)
  const ip = addressIn(url)
  if (!allowsPrivate && ip !== undefined && isPrivateAddress(ip)) throw privateAddress(url.host)
  return url
}

/**
 * Resolves a name once, at the moment of connecting, and connects only there: a name cannot change its meaning after the check. Where one of
 * its addresses is private, none is used.
 */
export const webhookLookup =
  (allowsPrivate: boolean): LookupFunction =>
  (hostname, options, done) => {
    resolveName(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, [])
      const [first] = addresses
      if (first === undefined) return done(new Error(`${hostname} has no address`), [])
      const isPrivate = addresses.some(({ address }) => isPrivateAddress(address))
      if (isPrivate && !allowsPrivate) return done(privateAddress(hostname), [])
      return options.all ? done(null, addresses) : done(null, first.address, first.family)
    })
  }

const refused = (message: string): RegiaError => new RegiaError('INVALID_INPUT', message, { where: 'url', hint: ALLOW })

const privateAddress = (host: string): RegiaError =>
  new RegiaError('PATH_OUTSIDE_ROOT', `${host} is an address of this machine or of a private network.`, {
    where: 'url',
    hint: ALLOW,
  })
