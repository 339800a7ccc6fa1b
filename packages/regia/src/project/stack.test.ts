import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { defineConfig } from '../authoring/index.ts'
import { readEnvironment } from './environment.ts'
import type { Project } from './find-project.ts'
import { resolveStack, type Stack } from './stack.ts'

const CONFIG = defineConfig({
  name: 'late',
  environments: {
    base: {
      stack: { memoryMb: 4_000, server: { url: 'https://regia.example.org', token: { env: 'SHARED_TOKEN' } } },
    },
    dev: { description: 'On this machine.', stack: { server: undefined, executor: 'inProcess', home: '.regia-dev' } },
    prod: {
      stack: {
        server: undefined,
        cpu: 8,
        executor: 'cluster',
        blobs: { kind: 'vault', path: 'vault', settings: { level: 3 } },
        database: { kind: 'sqlite', path: '/var/lib/prod.db' },
        notifiers: ['on-call'],
      },
    },
  },
  kinds: { stores: { vault: './kinds/vault.ts' }, executors: { cluster: './kinds/cluster.ts' } },
})

const project: Project = { dir: '/project', config: CONFIG }
const stackOf = (name?: string, variables: Readonly<Record<string, string>> = {}, of = project): Promise<Stack> =>
  resolveStack(readEnvironment(variables, name), of)

describe('resolveStack', () => {
  it('is what the defaults say where nothing is declared', async () => {
    const bare = { dir: '/project', config: defineConfig({ name: 'bare' }) }
    expect(await stackOf(undefined, {}, bare)).toEqual({
      environment: undefined,
      server: undefined,
      token: undefined,
      home: '/project/.regia',
      allowPrivateWebhooks: false,
      executor: 'local',
      cpu: undefined,
      memoryMb: undefined,
      blobs: { kind: 'folder' },
      databasePath: undefined,
      notifiers: undefined,
    })
  })

  it('takes from the base what an environment does not mention', async () => {
    const token = { SHARED_TOKEN: 'token-of-the-server' }
    expect((await stackOf('base', token)).server).toEqual({
      url: 'https://regia.example.org',
      token: 'token-of-the-server',
    })
    expect(await stackOf('dev')).toMatchObject({
      environment: 'dev',
      server: undefined,
      home: '/project/.regia-dev',
      executor: 'inProcess',
      memoryMb: 4_000,
    })
    expect(await stackOf('prod')).toMatchObject({
      home: '/project/.regia',
      executor: 'cluster',
      cpu: 8,
      blobs: { kind: 'vault', path: '/project/vault', settings: { level: 3 } },
      databasePath: '/var/lib/prod.db',
      notifiers: ['on-call'],
    })
  })

  it('lets variables that are meant for one command count first', async () => {
    const elsewhere = { REGIA_URL: 'http://127.0.0.1:9', REGIA_TOKEN: 'my-own-token' }
    expect((await stackOf('dev', elsewhere)).server).toEqual({ url: 'http://127.0.0.1:9', token: 'my-own-token' })
    const atHome = await stackOf(undefined, { REGIA_HOME: '/tmp/other' })
    expect(atHome).toMatchObject({ home: '/tmp/other', server: undefined })
    expect((await stackOf(undefined, { REGIA_TOKEN: 'my-own-token' })).server?.token).toBe('my-own-token')
  })

  it('reads a token from a file of the project, and names the place where there is none', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'regia-stack-'))
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
    const server = { url: 'https://regia.example.org', token: { file: 'token.txt' } }
    const config = defineConfig({ name: 'late', environments: { base: { stack: { server } } } })
    await expect(stackOf(undefined, {}, { dir, config })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      where: 'token.txt',
    })
    writeFileSync(join(dir, 'token.txt'), 'from-a-file\n')
    expect((await stackOf(undefined, {}, { dir, config })).server?.token).toBe('from-a-file')
    await expect(stackOf()).rejects.toMatchObject({ code: 'CONFIG_INVALID', where: 'SHARED_TOKEN' })
  })

  it('lists the environments that there are', async () => {
    await expect(stackOf('production')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      hint: 'It has: base, dev, prod.',
    })
    const bare = { dir: '/project', config: defineConfig({ name: 'bare' }) }
    await expect(stackOf('prod', {}, bare)).rejects.toMatchObject({ hint: expect.stringContaining('prod: { stack:') })
  })
})
