import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { healthSchema } from '@regia/core'
import { afterEach, describe, expect, it } from 'vitest'
import { createServer, type RegiaServer, type ServerOptions } from './app.ts'
import { readServerFile } from './home/server-file.ts'

const opened: RegiaServer[] = []
async function start(options: Partial<ServerOptions> = {}): Promise<RegiaServer> {
  const projectDir = mkdtempSync(join(tmpdir(), 'regia-app-'))
  const server = await createServer({ home: join(projectDir, '.regia'), projectDir, ...options })
  opened.push(server)
  return server
}
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close()
})

describe('createServer', () => {
  it('listens on a free port, announces itself and is healthy', async () => {
    const projectDir = mkdtempSync(join(tmpdir(), 'regia-app-'))
    const server = await start({ home: projectDir })
    expect(readServerFile(projectDir)).toMatchObject({ url: server.url, pid: process.pid })
    const health = healthSchema.parse(await (await fetch(`${server.url}/health`)).json())
    expect(health.status).toBe('ok')
    await server.close()
    expect(readServerFile(projectDir)).toBeUndefined()
  })

  it('lets only one server own a folder', async () => {
    const home = mkdtempSync(join(tmpdir(), 'regia-app-'))
    const first = await start({ home })
    await expect(start({ home })).rejects.toMatchObject({ code: 'HOME_LOCKED', data: { url: first.url } })
    expect((await fetch(`${first.url}/health`)).status).toBe(200)
  })

  it('lets a running request finish before it lets go', async () => {
    const projectDir = mkdtempSync(join(tmpdir(), 'regia-app-'))
    writeFileSync(join(projectDir, 'birds.csv'), 'name,mass\nAda,4000\n')
    const server = await start({ projectDir, home: join(projectDir, '.regia') })
    const ingest = fetch(`${server.url}/api/v1/datasets/birds/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ path: 'birds.csv' }),
    })
    await expect.poll(() => existsSync(join(projectDir, '.regia', 'tmp'))).toBe(true)
    await server.close()
    expect((await ingest).status).toBe(200)
    await expect(fetch(`${server.url}/health`)).rejects.toThrow()
  })

  it('says that a port is taken, and lets go of the folder', async () => {
    const { url } = await start()
    const home = mkdtempSync(join(tmpdir(), 'regia-app-'))
    await expect(start({ home, port: Number(new URL(url).port) })).rejects.toMatchObject({ code: 'PORT_IN_USE' })
    await start({ home })
  })

  it('refuses to listen to other machines without a token', async () => {
    await expect(start({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await expect(start({ token: 'short' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('describes the API', async () => {
    const { app } = await start()
    const description = (await app.inject('/api/v1/openapi.json')).json()
    expect(description.openapi).toBe('3.1.0')
    const page = await app.inject('/api/docs/')
    expect(page.statusCode).toBe(200)
    expect(page.body).not.toMatch(/(src|href)="(https?:)?\/\//)
    expect(page.headers['content-security-policy']).toContain("default-src 'self'")
  })

  it('measures itself', async () => {
    const { app } = await start()
    await app.inject('/health')
    const text = (await app.inject('/metrics')).body
    expect(text).toContain('regia_http_request_duration_seconds_count{method="GET",route="/health",status="200"} 1')
  })
})
