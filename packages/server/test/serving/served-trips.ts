import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Digest, Endpoint, EndpointSpec } from '@regia/core'
import { createServer, type RegiaServer, type ServerOptions } from '../../src/app.ts'

/** A reply as it came: tests look into it freely. */
type Json = ReturnType<typeof JSON.parse>

/** A server in a folder of its own, and the few calls that tests of serving make. */
export type ServedTrips = {
  readonly server: RegiaServer
  readonly home: string
  readonly projectDir: string
  readonly register: (model: string, bytes: Uint8Array, alias?: string) => Promise<number>
  readonly apply: (spec: Partial<EndpointSpec> & { readonly name: string }) => Promise<Endpoint>
  readonly send: (method: string, path: string, body?: unknown) => Promise<{ status: number; body: Json }>
  readonly close: () => Promise<void>
}

export async function serveTrips(options: Partial<ServerOptions> = {}): Promise<ServedTrips> {
  const projectDir = options.projectDir ?? mkdtempSync(join(tmpdir(), 'regia-serving-'))
  const home = options.home ?? join(projectDir, '.regia')
  const server = await createServer({ home, projectDir, ...options })
  const send: ServedTrips['send'] = async (method, path, body) => {
    const response = await fetch(server.url + path, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const text = await response.text()
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
  }
  return {
    server,
    home,
    projectDir,
    send,
    register: async (model, bytes, alias = 'challenger') => {
      const stored = await fetch(`${server.url}/api/v1/blobs`, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        body: new Uint8Array(bytes),
      })
      const { digest } = (await stored.json()) as { digest: Digest }
      const { version } = await server.services.models.register({
        model,
        alias,
        packageDigest: digest,
        report: undefined,
        lineage: { datasets: [], params: {}, artifacts: {} },
        by: 'test',
        reason: 'test',
      })
      return version
    },
    apply: async (spec) => {
      const { status, body } = await send('PUT', `/api/v1/endpoints/${spec.name}`, {
        stable: 'trips@champion',
        ...spec,
      })
      if (status !== 200) throw new Error(JSON.stringify(body))
      return body
    },
    close: async () => {
      await server.close()
      rmSync(projectDir, { recursive: true, force: true })
    },
  }
}
