import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { RegiaError } from '@regia/core'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from './app.ts'

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

/**
 * Who may speak to the server. Without a token only a page or program of this machine: the Host header must name it (or a rebound DNS name
 * could reach in), and a page of another origin may change nothing. With a token every route but `/health` asks for it.
 */
export function addGuard(app: App, host: string, token: string | undefined): void {
  app.addHook('onRequest', async (request, reply) => {
    if (request.url === '/health') return
    if (token === undefined) assertKnownHost(request, host)
    assertSameOrigin(request)
    if (token !== undefined && !(await isAuthorized(request, reply, token))) throw unauthorized()
  })
}

/**
 * Whether a request is allowed by its headers alone: for a lane that passes the hooks by. Stricter than the guard: what is not plainly
 * allowed goes on to it.
 */
export function isPlainlyAllowed(headers: IncomingHttpHeaders, host: string, token: string | undefined): boolean {
  if (headers.origin !== undefined) return false
  if (token !== undefined) return isSame(headers.authorization ?? '', `Bearer ${token}`)
  const name = hostName(headers.host ?? '')
  return isLoopback(name) || name === host
}

function assertKnownHost(request: FastifyRequest, host: string): void {
  const name = hostName(request.headers.host ?? '')
  if (isLoopback(name) || name === host) return
  throw new RegiaError('UNAUTHORIZED', `This server does not answer to the name "${name.slice(0, 100)}".`, {
    hint: 'Open it under the address that "regia up" printed.',
  })
}

function assertSameOrigin(request: FastifyRequest): void {
  const { origin, host } = request.headers
  if (origin === undefined || request.method === 'GET' || request.method === 'HEAD') return
  if (URL.canParse(origin) && new URL(origin).host === host) return
  throw new RegiaError('UNAUTHORIZED', `A page of ${origin.slice(0, 100)} may change nothing here.`, {
    hint: "Use the control room of this server, or a client that is not another site's page.",
  })
}

const hostName = (header: string): string => header.replace(/:\d+$/, '')

/** A bearer token, or the cookie that a first visit with `?token=` left: a browser cannot send the header for a page. */
async function isAuthorized(request: FastifyRequest, reply: FastifyReply, token: string): Promise<boolean> {
  const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (bearer !== undefined) return isSame(bearer, token)
  const cookie = new RegExp(`(?:^|; )${COOKIE}=([^;]+)`).exec(request.headers.cookie ?? '')?.[1]
  if (cookie !== undefined && isSame(decodeURIComponent(cookie), token)) return true
  const offered = new URL(request.url, 'http://localhost').searchParams.get('token')
  if (request.method !== 'GET' || offered === null || !isSame(offered, token)) return false
  reply.header('set-cookie', `${COOKIE}=${encodeURIComponent(token)}; HttpOnly; SameSite=Strict; Path=/`)
  return true
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
