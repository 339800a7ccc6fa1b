// A server of invented data, for work on the pages alone: any number of rows, slow or failing, without a project.
// Run with: node --conditions=source packages/web/dev/server.ts [--port 4300] [--rows 10000] [--delay-ms 0] [--fail]
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { parseArgs } from 'node:util'
import { CONTENT } from './pipeline-fixtures.ts'
import type { State } from './route.ts'
import { ROUTES } from './routes.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4300' },
    rows: { type: 'string', default: '10000' },
    'delay-ms': { type: 'string', default: '0' },
    fail: { type: 'boolean', default: false },
  },
})
const state: State = { rows: Number(values.rows), active: new Set(), champion: 3, acknowledged: new Set() }
const dist = process.env.REGIA_WEB_DIST ?? join(import.meta.dirname, '..', 'dist')
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}
const POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:"

const sendJson = (response: ServerResponse, status: number, body: unknown) =>
  response
    .writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'req_0000000000000001' })
    .end(JSON.stringify(body))

const server = createServer(async (request, response) => {
  const url = new URL(request.url ?? '/', 'http://fixture')
  const isApi = url.pathname.startsWith('/api/v1/') || url.pathname === '/health'
  if (!isApi) return sendFile(url.pathname, response)
  if (url.pathname === '/api/v1/events') return sendEvents(response)
  await new Promise((resolve) => setTimeout(resolve, Number(values['delay-ms'])))
  if (values.fail && url.pathname !== '/health') {
    const error = {
      code: 'DATA_UNREADABLE',
      message: 'The database answered "disk I/O error".',
      where: '.regia/regia.db',
      hint: 'Look whether the disk is full, then restart "regia up".',
    }
    return sendJson(response, 500, { error })
  }
  return answer(request, response, url)
})

function answer(request: IncomingMessage, response: ServerResponse, url: URL) {
  const path = url.pathname.replace('/api/v1/', '')
  if (request.method !== 'GET') return act(response, path)
  const output = /\/outputs\/([^/]+)\/content$/.exec(path)?.[1]
  if (output !== undefined) {
    const [type, body] = CONTENT[output] ?? ['text/plain', `what ${url.search} holds`]
    return response
      .writeHead(200, { 'content-type': type, 'content-security-policy': "sandbox; default-src 'none'" })
      .end(body)
  }
  for (const [pattern, read] of ROUTES) {
    const match = pattern.exec(path)
    if (!match) continue
    const reply = read(state, match.slice(1).map(decodeURIComponent), url.searchParams)
    if (!reply) return response.writeHead(204).end()
    return sendJson(response, 200, reply.schema ? reply.schema.parse(reply.body) : reply.body)
  }
  return sendJson(response, 404, {
    error: { code: 'NOT_FOUND', message: `There is no ${path}.`, hint: 'Look at the list.' },
  })
}

function act(response: ServerResponse, path: string) {
  const [subject, name = '', verb] = path.split('/')
  if (path.startsWith('demo/actions/')) {
    const action = path.split('/')[2] ?? ''
    if (!state.active.delete(action)) state.active.add(action)
    return sendJson(response, 200, { name: action, active: true, requestedAt: new Date().toISOString() })
  }
  if (subject === 'alerts') state.acknowledged.add(name)
  if (verb === 'rollback') state.champion = 2
  if (verb === 'predict')
    return sendJson(response, 200, {
      endpoint: name,
      model: 'delays',
      version: 3,
      predictions: [{ id: 'delays-1', label: 'false', score: 0.29, probabilities: { false: 0.71, true: 0.29 } }],
    })
  if (verb === 'plan')
    return sendJson(response, 200, {
      steps: [
        { step: 'split', action: 'cached', reason: 'Nothing changed.', changed: [] },
        { step: 'train', action: 'run', reason: 'The param "trees" changed.', changed: [] },
      ],
    })
  if (verb === 'runs') return sendJson(response, 200, { id: 'run_0000000000000000' })
  return sendJson(response, 200, {})
}

function sendEvents(response: ServerResponse) {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': hello\n\n')
  const types = ['prediction', 'demo', 'run']
  const timer = setInterval(() => {
    for (const type of types)
      response.write(`data: ${JSON.stringify({ type, id: 'delays', at: new Date().toISOString() })}\n\n`)
  }, 5000)
  response.on('close', () => clearInterval(timer))
}

async function sendFile(path: string, response: ServerResponse) {
  const file = join(dist, normalize(path))
  const wanted = extname(path) === '' || !file.startsWith(dist) ? join(dist, 'index.html') : file
  try {
    const body = await readFile(wanted)
    response
      .writeHead(200, {
        'content-type': TYPES[extname(wanted)] ?? 'application/octet-stream',
        'content-security-policy': POLICY,
      })
      .end(body)
  } catch {
    response.writeHead(404).end()
  }
}

server.listen(Number(values.port), '127.0.0.1', () => {
  const address = server.address()
  console.log(`fixture server at http://127.0.0.1:${typeof address === 'object' ? address?.port : values.port}`)
})
