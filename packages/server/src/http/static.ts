import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { App } from './app.ts'
import { type KnownRoute, unknownRoute } from './not-found.ts'

const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  // The component library sets style attributes; there is no inline script.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "worker-src 'self' blob:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Serves the control room where it was built. Its own addresses (`/runs/…`) all answer with its one page; an unknown API route stays an error. */
export async function addStatic(app: App, webDir: string | undefined, routes: readonly KnownRoute[]): Promise<void> {
  const isBuilt = webDir !== undefined && existsSync(join(webDir, 'index.html'))
  if (isBuilt) {
    await app.register(fastifyStatic, {
      root: webDir,
      cacheControl: false,
      setHeaders: (reply, path) => {
        // Files under assets/ carry their content's hash in their name.
        const isImmutable = path.includes('/assets/')
        reply.header('cache-control', isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache')
        reply.header('content-security-policy', CONTENT_SECURITY_POLICY)
      },
    })
  }
  app.setNotFoundHandler((request, reply) => {
    const wantsPage = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html')
    const isApi = /^\/(api|v2|metrics|health)(\/|$|\?)/.test(request.url)
    if (isBuilt && wantsPage && !isApi) return reply.sendFile('index.html')
    throw unknownRoute(request.method, request.url, routes)
  })
}
