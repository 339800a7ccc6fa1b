import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { digestOf } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { startServer } from '../../test/start-server.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

describe('blobs', () => {
  it('come back as they were sent, under their digest', async () => {
    const { client, server } = await startServer()
    const large = new Uint8Array(3_000_000).fill(7)
    for (const content of [bytes('hello'), new Uint8Array(), large]) {
      const { digest, sizeBytes } = await client.blobs.write(content)
      expect([digest, sizeBytes]).toEqual([digestOf(content), content.length])
      expect(await client.blobs.read(digest)).toEqual(content)
      expect(await client.blobs.exists(digest)).toBe(true)
    }
    const reply = await server.app.inject(`/api/v1/blobs/${digestOf('hello')}`)
    expect(reply.headers['content-length']).toBe('5')
  })

  it('say what is missing, malformed or too large, and leave nothing behind', async () => {
    const { client, server, home } = await startServer({ maxBlobBytes: 1_000 })
    const absent = digestOf('absent')
    expect(await client.blobs.exists(absent)).toBe(false)
    await expect(client.blobs.read(absent)).rejects.toMatchObject({ code: 'BLOB_MISSING' })
    await expect(client.blobs.write(new Uint8Array(1_001))).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' })
    const stream = new ReadableStream({
      start: (controller) => {
        controller.enqueue(new Uint8Array(5_000))
        controller.close()
      },
    })
    const unannounced: RequestInit & { duplex: 'half' } = {
      method: 'POST',
      body: stream,
      duplex: 'half',
      headers: { 'content-type': 'application/octet-stream' },
    }
    expect((await fetch(`${server.url}/api/v1/blobs`, unannounced)).status).toBe(413)
    expect((await server.app.inject('/api/v1/blobs/sha256:xyz')).statusCode).toBe(400)
    const json = await server.app.inject({ method: 'POST', url: '/api/v1/blobs', payload: { a: 1 } })
    expect(json.json().error.code).toBe('INVALID_INPUT')
    expect(readdirSync(join(home, 'blobs', 'tmp'))).toEqual([])
  })
})
