import { lookup as resolveName } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { RegiaError } from '@regia/core'

/** Addresses of this machine, of private networks and of nobody (RFC 6890), which a catalog must not reach into. */
const PRIVATE = blockList([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  '::1/128',
  '64:ff9b::/96',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
])
const LOOPBACK = blockList(['127.0.0.0/8', '::1/128'])

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address, prefix] = network.split('/')
    list.addSubnet(address!, Number(prefix), familyOf(address!))
  }
  return list
}

function familyOf(ip: string): 'ipv4' | 'ipv6' {
  return isIP(ip) === 6 ? 'ipv6' : 'ipv4'
}

/** An IPv4 address written as IPv6, `::ffff:10.0.0.1`, is held against the lists of IPv4. */
const isIn = (list: BlockList, ip: string): boolean => list.check(ip, familyOf(ip))

/**
 * Whether a catalog may be read from there.
 *
 * @param ip - IPv4 or IPv6.
 * @param allowsLoopback - The server serves this machine alone, so what listens here is the user's own.
 */
export const isAllowedAddress = (ip: string, allowsLoopback: boolean): boolean =>
  isIn(LOOPBACK, ip) ? allowsLoopback : !isIn(PRIVATE, ip)

/**
 * An address that may be asked: `https:`, or `http:` on this machine; without user and password in it.
 *
 * @throws RegiaError `INVALID_INPUT`, `PATH_OUTSIDE_ROOT` for a private address.
 */
export function assertAllowedUrl(url: URL, allowsLoopback: boolean): void {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const isLocal = host === 'localhost' || (isIP(host) > 0 && isIn(LOOPBACK, host))
  if (url.username || url.password) {
    throw refused(url, 'has a user or password in it', 'Write credentials: { env: "NAME" } in the entry instead.')
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal)) {
    throw refused(url, `begins with "${url.protocol}"`, 'Use https:, or a file of the project.')
  }
  if (isIP(host) > 0 && !isAllowedAddress(host, allowsLoopback)) throw privateAddress(url.hostname)
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
