import { connect } from 'node:net'
import fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import type { App } from './app.ts'
import { endUnusedConnections } from './unused-connections.ts'

describe('endUnusedConnections', () => {
  it('lets a server close at once while a connection waits without a request', async () => {
    const app: App = fastify({ forceCloseConnections: 'idle' })
    endUnusedConnections(app)
    await app.listen({ host: '127.0.0.1', port: 0 })
    const address = app.server.address()
    const spare = connect(typeof address === 'object' && address ? address.port : 0, '127.0.0.1')
    await new Promise((accepted) => app.server.once('connection', accepted))
    const ended = new Promise((closed) => spare.once('close', closed))
    await app.close()
    await ended
    expect(spare.destroyed).toBe(true)
  })
})
