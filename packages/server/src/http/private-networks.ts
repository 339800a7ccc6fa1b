import { BlockList, isIP } from 'node:net'

/** Addresses of this machine, of private networks and of nobody (RFC 6890), which nothing that a user names may lead the server into. */
const PRIVATE = blockList([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  // What carries an IPv4 address inside (compatible, NAT64, Teredo, 6to4) may lead to any of the above.
  '::/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
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

/** An IPv4 address written as IPv6, `::ffff:10.0.0.1`, is held against the lists of IPv4. A scope, `%eth0`, says nothing of the network. */
const isIn = (list: BlockList, ip: string): boolean => list.check(ip.split('%')[0]!, familyOf(ip.split('%')[0]!))

/** @param ip - IPv4 or IPv6. */
export const isLoopbackAddress = (ip: string): boolean => isIn(LOOPBACK, ip)

/** Whether nobody but this machine or its own network answers there. @param ip - IPv4 or IPv6. */
export const isPrivateAddress = (ip: string): boolean => isIn(PRIVATE, ip)

/** The IP address that a URL names instead of a host; `undefined` for a name. */
export function addressIn({ hostname }: URL): string | undefined {
  const host = hostname.replace(/^\[|\]$/g, '')
  return isIP(host) > 0 ? host : undefined
}
