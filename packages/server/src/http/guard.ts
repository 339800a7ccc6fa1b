import { createHash, timingSafeEqual } from 'node:crypto'
import { RegiaError } from '@regia/core'
import type { App } from './app.ts'
import type { RequestHead } from './wire-message.ts'

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1', '[::1]'])
const COOKIE = 'regia_token'

export const isLoopback = (host: string): boolean => LOOPBACK.has(host) || /^127(\.\d{1,3}){3}$/.test(host)

/** @throws RegiaError `CONFIG_INVALID` where others could reach the server and nothing would ask them who they are. */
export function assertSafeBinding(host: string, token: string | undefined): void {
  if (token !== undefined && token.length < 16) {
    throw new RegiaError('CONFIG_INVALID', `The token has ${token.length} characters; at least 16 are needed.`, {
      hint: 'Make one with: openssl rand -hex 32',
    })
  }
  if (isLoopback(host) || token !== undefined) return
  throw new RegiaError(
    'CONFIG_INVALID',
    `Refusing to listen at ${host} without a token: anybody there could run code.`,
    {
      where: 'host',
      hint: 'Set REGIA_TOKEN to a long random text, or listen at 127.0.0.1.',
    },
  )
}

/** Who may speak to the server, by the headers of a request alone. */
export type Gate = {
  /** @throws RegiaError `UNAUTHORIZED` saying why not. */
  readonly assertAllowed: (message: RequestHead) => void
  readonly isAllowed: (message: RequestHead) => boolean
}

/**
 * Without a token only a page or program of this machine: the Host header must name it (or a rebound DNS name could reach in), and a page
 * of another origin may change nothing. With a token every route but `/health` asks for it; a webhook asks for its own secret instead.
 */
export function createGate(host: string, token: string | undefined): Gate {
  const assertAllowed = (message: RequestHead): void => {
    if (message.url === '/health') return
    if (token === undefined) assertKnownHost(message, host)
    assertSameOrigin(message)
    if (token !== undefined && !isHook(message) && !hasToken(message, token)) throw unauthorized()
  }
  return {
    assertAllowed,
    isAllowed: (message) => {
      try {
        assertAllowed(message)
        return true
      } catch {
        return false
      }
    },
  }
}

/** Asks the gate of every request. A browser's first visit with `?token=` leaves a cookie: it cannot send a header for a page. */
export function addGuard(app: App, gate: Gate, token: string | undefined): void {
  app.addHook('onRequest', async (request, reply) => {
    gate.assertAllowed(request.raw)
    if (token === undefined || offeredToken(request.raw) === undefined) return
    reply.header('set-cookie', `${COOKIE}=${encodeURIComponent(token)}; HttpOnly; SameSite=Strict; Path=/`)
  })
}

function assertKnownHost({ headers }: RequestHead, host: string): void {
  const name = (headers.host ?? '').replace(/:\d+$/, '')
  if (isLoopback(name) || name === host) return
  throw new RegiaError('UNAUTHORIZED', `This server does not answer to the name "${name.slice(0, 100)}".`, {
    hint: 'Open it under the address that "regia up" printed.',
  })
}

function assertSameOrigin({ headers, method }: RequestHead): void {
  const { origin, host } = headers
  if (origin === undefined || method === 'GET' || method === 'HEAD') return
  if (URL.canParse(origin) && new URL(origin).host === host) return
  throw new RegiaError('UNAUTHORIZED', `A page of ${origin.slice(0, 100)} may change nothing here.`, {
    hint: "Use the control room of this server, or a client that is not another site's page.",
  })
}

const isHook = ({ method, url = '' }: RequestHead): boolean => method === 'POST' && url.startsWith('/api/v1/hooks/')

function hasToken(message: RequestHead, token: string): boolean {
  const { authorization = '', cookie = '' } = message.headers
  const bearer = /^Bearer (.+)$/i.exec(authorization)?.[1]
  const kept = new RegExp(`(?:^|; )${COOKIE}=([^;]+)`).exec(cookie)?.[1]
  const offered = [bearer, password(authorization), kept && decode(kept), offeredToken(message)]
  return offered.some((text) => text !== undefined && isSame(text, token))
}

/** Of any user: clients that know names and passwords only send the token as the password. */
function password(authorization: string): string | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization)?.[1]
  return encoded === undefined ? undefined : /^[^:]*:(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8'))?.[1]
}

/** Only for reading a page: an address is easily passed on, and must not be enough to change anything. */
function offeredToken({ method, url = '' }: RequestHead): string | undefined {
  if (method !== 'GET' || !url.includes('token=')) return undefined
  return new URLSearchParams(url.split('?')[1]).get('token') ?? undefined
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** In constant time, so that the answer's delay says nothing of the token. */
function isSame(a: string, b: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(a), hash(b))
}

const unauthorized = (): RegiaError =>
  new RegiaError('UNAUTHORIZED', 'This server asks for a token, and the request had none or a wrong one.', {
    hint: 'Send "authorization: Bearer TOKEN"; the command and the SDK take it from REGIA_TOKEN. In a browser open /?token=TOKEN once.',
  })
