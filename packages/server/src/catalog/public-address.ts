import { lookup as resolveName } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { RegiaError } from '@regia/core'
import { addressIn, isLoopbackAddress, isPrivateAddress } from '../http/private-networks.ts'

/**
 * Whether a catalog may be read from there.
 *
 * @param ip - IPv4 or IPv6.
 * @param allowsLoopback - The server serves this machine alone, so what listens here is the user's own.
 */
export const isAllowedAddress = (ip: string, allowsLoopback: boolean): boolean =>
  isLoopbackAddress(ip) ? allowsLoopback : !isPrivateAddress(ip)

/**
 * An address that may be asked: `https:`, or `http:` on this machine; without user and password in it.
 *
 * @throws RegiaError `INVALID_INPUT`, `PATH_OUTSIDE_ROOT` for a private address.
 */
export function assertAllowedUrl(url: URL, allowsLoopback: boolean): void {
  const ip = addressIn(url)
  const isLocal = url.hostname === 'localhost' || (ip !== undefined && isLoopbackAddress(ip))
  if (url.username || url.password) {
    throw refused(url, 'has a user or password in it', 'Write credentials: { env: "NAME" } in the entry instead.')
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal)) {
    throw refused(url, `begins with "${url.protocol}"`, 'Use https:, or a file of the project.')
  }
  if (ip !== undefined && !isAllowedAddress(ip, allowsLoopback)) throw privateAddress(url.hostname)
}

const refused = (url: URL, what: string, hint: string) =>
  new RegiaError('INVALID_INPUT', `The address at ${url.host} ${what}.`, { where: url.host, hint })

/** Resolves a name to addresses that may be asked, at the moment of connecting: a name cannot change its meaning after the check. */
export const allowedLookup =
  (allowsLoopback: boolean): LookupFunction =>
  (hostname, options, done) => {
    resolveName(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, [])
      const allowed = addresses.filter(({ address }) => isAllowedAddress(address, allowsLoopback))
      const [first] = allowed
      if (first === undefined) return done(privateAddress(hostname), [])
      return options.all ? done(null, allowed) : done(null, first.address, first.family)
    })
  }

const privateAddress = (host: string): RegiaError =>
  new RegiaError('PATH_OUTSIDE_ROOT', `${host} is an address of a private network or of this machine.`, {
    where: host,
    hint: 'A catalog reads public addresses. Put the file into the project, or serve it under a public name.',
  })
