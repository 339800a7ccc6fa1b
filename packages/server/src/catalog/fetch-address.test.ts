import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type FetchOptions, fetchAddress, probeAddress } from './fetch-address.ts'
import { isAllowedAddress } from './public-address.ts'

const OPTIONS: FetchOptions = { token: undefined, allowsLoopback: true, maxBytes: 1_000, timeoutMs: 45_000 }

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function target(): string {
  const folder = mkdtempSync(join(tmpdir(), 'regia-fetch-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'fetched')
}

describe('fetchAddress', () => {
  it('streams into a file and sends the token to the address alone, not to where it redirects', async () => {
    const seen: (string | undefined)[] = []
    const other = await serve((request, response) => {
      seen.push(request.headers.authorization)
      response.end('rows')
    })
    const url = await serve((request, response) => {
      seen.push(request.headers.authorization)
      response.writeHead(302, { location: `${other}/elsewhere` }).end()
    })
    const path = target()
    await fetchAddress(`${url}/rows.csv`, path, { ...OPTIONS, token: 'hidden' })
    expect(readFileSync(path, 'utf8')).toBe('rows')
    expect(seen).toEqual(['Bearer hidden', undefined])
  })

  it('says how large a thing is and when it changed, without fetching it', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '900', 'last-modified': 'Sun, 01 Mar 2026 10:00:00 GMT' })
      response.write('a')
    })
    expect(await probeAddress(url, OPTIONS)).toEqual({ sizeBytes: 900, changedAt: '2026-03-01T10:00:00.000Z' })
  })

  it('stops at its limit of bytes, announced or not', async () => {
    const announced = await serve((_request, response) => response.writeHead(200, { 'content-length': '5000' }).end())
    const endless = await serve((_request, response) => {
      const timer = setInterval(() => response.write('x'.repeat(400)), 1)
      response.once('close', () => clearInterval(timer))
    })
    for (const url of [announced, endless])
      await expect(fetchAddress(url, target(), OPTIONS)).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' })
  })

  it('stops when its time is up', async () => {
    const url = await serve((_request, response) => void response.write('a'))
    await expect(fetchAddress(url, target(), { ...OPTIONS, timeoutMs: 100 })).rejects.toMatchObject({ code: 'TIMEOUT' })
  })

  it('says what the other side answered, and what may help', async () => {
    const url = await serve((_request, response) => response.writeHead(403).end())
    await expect(fetchAddress(`${url}/rows?key=1`, target(), { ...OPTIONS, token: 'hidden' })).rejects.toMatchObject({
      code: 'DATA_UNREADABLE',
      message: `${url}/rows answers with status 403.`,
      hint: expect.stringContaining('credentials'),
      data: { status: 403 },
    })
    await expect(fetchAddress('http://127.0.0.1:9/', target(), OPTIONS)).rejects.toMatchObject({
      code: 'DATA_UNREADABLE',
    })
    const round = await serve((_request, response) => response.writeHead(302, { location: '/' }).end())
    await expect(fetchAddress(round, target(), OPTIONS)).rejects.toMatchObject({
      message: 'It was redirected more than 5 times.',
    })
  })

  it('refuses private networks, other protocols, plain http abroad and passwords in addresses', async () => {
    const open = await serve((_request, response) => response.writeHead(302, { location: 'http://10.0.0.1/' }).end())
    const refused = {
      'https://10.1.2.3/rows.csv': 'PATH_OUTSIDE_ROOT',
      'https://169.254.169.254/latest/meta-data': 'PATH_OUTSIDE_ROOT',
      'https://[::ffff:192.168.0.1]/': 'PATH_OUTSIDE_ROOT',
      'https://[fd00::1]/': 'PATH_OUTSIDE_ROOT',
      'http://example.com/rows.csv': 'INVALID_INPUT',
      'ftp://example.com/rows.csv': 'INVALID_INPUT',
      'https://ada:secret@example.com/': 'INVALID_INPUT',
      [open]: 'INVALID_INPUT',
    }
    for (const [address, code] of Object.entries(refused))
      await expect(fetchAddress(address, target(), OPTIONS), address).rejects.toMatchObject({ code })
    const local = await serve((_request, response) => response.end('rows'))
    for (const address of [local, local.replace('127.0.0.1', 'localhost')]) {
      await expect(fetchAddress(address, target(), { ...OPTIONS, allowsLoopback: false })).rejects.toMatchObject({
        code: 'PATH_OUTSIDE_ROOT',
      })
    }
  })
})

describe('isAllowedAddress', () => {
  it('knows public addresses from private ones', () => {
    expect(['93.184.216.34', '2606:2800:220:1::1', '172.32.0.1'].map((ip) => isAllowedAddress(ip, false))).toEqual([
      true,
      true,
      true,
    ])
    const closed = ['0.0.0.0', '10.0.0.1', '100.64.0.1', '172.16.0.1', '::ffff:7f00:1', '::', 'fe80::1', '224.0.0.1']
    expect(closed.filter((ip) => isAllowedAddress(ip, false))).toEqual([])
    expect(isAllowedAddress('127.0.0.1', true)).toBe(true)
    expect(isAllowedAddress('10.0.0.1', true)).toBe(false)
  })
})
