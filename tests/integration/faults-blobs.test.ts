import { chmod, open } from 'node:fs/promises'
import { join } from 'node:path'
import { type Digest, servable } from '@regia/core'
import { createClient, type RegiaClient } from '@regia/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { finished, succeeded } from './flights-project.ts'
import { regiaJson, regiaUp, type Up } from './regia-command.ts'
import { sexesProject } from './sexes-project.ts'

const PENGUIN = { bill_length_mm: 46.1, bill_depth_mm: 13.2, flipper_length_mm: 211, body_mass_g: 4500 }

/** One bit of the disk changes under a blob. Each test mends it again, since flipping twice is flipping back. */
describe('a blob that is not what it was', { timeout: 60_000 }, () => {
  let project: Awaited<ReturnType<typeof sexesProject>>
  let place: { readonly cwd: string }
  let server: Up
  let client: RegiaClient

  beforeAll(async () => {
    project = await sexesProject()
    place = { cwd: project.dir }
    server = await regiaUp(place)
    client = createClient({ url: server.url })
    await client.datasets.ingest('penguins', { path: 'penguins.csv' })
    await regiaJson(place, 'apply')
    await succeeded(client, await client.pipelines.run('sexes'))
    await client.endpoints.apply({ name: 'sexes', description: '', stable: 'sexes@champion' })
  }, 60_000)
  afterAll(async () => {
    await server?.stop()
    await project?.remove()
  })

  async function flip(digest: Digest): Promise<void> {
    const path = join(project.dir, '.regia/blobs/sha256', digest.slice(7, 9), digest.slice(9))
    await chmod(path, 0o644)
    const file = await open(path, 'r+')
    const { size } = await file.stat()
    const byte = Buffer.alloc(1)
    await file.read(byte, 0, 1, size >> 1)
    byte[0]! ^= 1
    await file.write(byte, 0, 1, size >> 1)
    await file.close()
    await chmod(path, 0o444)
  }

  async function restart(): Promise<void> {
    await server.stop()
    server = await regiaUp(place)
    client = createClient({ url: server.url })
  }

  it('is refused by the step that reads it', async () => {
    const { digest } = await client.datasets.version('penguins', 1)
    await flip(digest)
    const run = await finished(client, (await client.pipelines.run('sexes', { useCache: false })).id)
    expect(run.status).toBe('failed')
    expect(run.steps[0]!.error).toMatchObject({
      code: 'BLOB_CORRUPT',
      message: expect.stringContaining(digest.slice(0, 15)),
      where: expect.stringContaining('blobs'),
      hint: expect.stringMatching(/.{10}/),
    })
    await expect(client.datasets.rows('penguins', 1)).rejects.toMatchObject({ code: 'BLOB_CORRUPT' })
    await flip(digest)
    await succeeded(client, await client.pipelines.run('sexes', { useCache: false }))
    expect((await client.datasets.rows('penguins', 1)).total).toBe(344)
  })

  it('is never handed out', async () => {
    const { digest } = await client.datasets.version('penguins', 1)
    await flip(digest)
    await expect(client.blobs.read(digest)).rejects.toMatchObject({ code: 'BLOB_CORRUPT' })
    await flip(digest)
    expect((await client.blobs.read(digest)).byteLength).toBeGreaterThan(1000)
  })

  it('leaves its endpoint without an answer and everything else alive, until it is mended', async () => {
    const { packageDigest } = servable(await client.models.version('sexes', 'champion'))
    const [before] = (await client.endpoints.predict('sexes', { rows: [PENGUIN] })).predictions
    await flip(packageDigest)
    await restart()
    expect((await client.health()).status).toBe('ok')
    await expect(client.endpoints.predict('sexes', { rows: [PENGUIN] })).rejects.toMatchObject({
      code: 'ENDPOINT_NOT_READY',
      where: 'sexes',
      hint: expect.stringContaining('regia endpoints show sexes'),
    })
    const endpoint = await client.endpoints.get('sexes')
    expect(endpoint.predictionCount).toBe(1)
    expect(endpoint.deployments).toMatchObject([
      { version: 1, role: 'stable', state: 'failed', error: expect.stringContaining(packageDigest.slice(0, 15)) },
    ])
    await flip(packageDigest)
    await restart()
    const [after] = (await client.endpoints.predict('sexes', { rows: [PENGUIN] })).predictions
    expect(after!.score).toBe(before!.score)
    expect((await client.endpoints.get('sexes')).predictionCount).toBe(2)
  })
})
