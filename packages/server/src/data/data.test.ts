import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { datasetSchema, datasetVersionSchema, type TableSchema } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { deploy, graph, step } from '../../test/graphs.ts'
import { acquire } from '../../test/scripted-worker.ts'
import { startServer } from '../../test/start-server.ts'
import { resolveSourcePath } from './resolve-path.ts'

const CSV = 'name,mass\nAda,4000\nBob,-3\nCleo,3500\n'
const schema: TableSchema = {
  columns: [
    { name: 'name', type: 'string', nullable: false },
    { name: 'mass', type: 'float', nullable: false, minimum: 0 },
  ],
  strict: false,
}

describe('datasets', () => {
  it('ingest a file, keep its broken rows apart with their reason, and page through both', async () => {
    const { client, projectDir } = await startServer()
    writeFileSync(join(projectDir, 'birds.csv'), CSV)
    const version = datasetVersionSchema.parse(
      await client.datasets.ingest('birds', { path: 'birds.csv', schema, description: 'Birds.' }),
    )
    expect(version).toMatchObject({
      version: 1,
      rowCount: 3,
      validRowCount: 2,
      quarantinedRowCount: 1,
      sourceName: 'birds.csv',
    })
    expect(version.quarantineReasons).toHaveLength(1)
    expect(datasetSchema.parse(await client.datasets.get('birds'))).toMatchObject({
      description: 'Birds.',
      latestVersion: 1,
      rowCount: 2,
    })

    const first = await client.datasets.rows('birds', 1, { limit: 1 })
    expect(first).toMatchObject({ items: [{ name: 'Ada', mass: 4000 }], total: 2 })
    const second = await client.datasets.rows('birds', 1, { limit: 1, cursor: first.nextCursor ?? '' })
    expect(second.items).toEqual([{ name: 'Cleo', mass: 3500 }])
    expect(second.nextCursor).toBeUndefined()
    const broken = await client.datasets.rows('birds', 1, { quarantined: true })
    expect(broken.items[0]?.name).toBe('Bob')
    expect(broken.items[0]?._reason).toContain('mass')
  })

  it('keep the version of content that is there already', async () => {
    const { client, projectDir } = await startServer()
    const ingest = (path: string, withSchema = true) =>
      client.datasets.ingest('birds', { path, ...(withSchema && { schema }) })
    writeFileSync(join(projectDir, 'a.csv'), CSV)
    writeFileSync(join(projectDir, 'same.csv'), CSV)
    writeFileSync(join(projectDir, 'more.csv'), `${CSV}Dan,3000\n`)
    expect((await ingest('a.csv')).version).toBe(1)
    expect((await ingest('same.csv')).version).toBe(1)
    expect((await ingest('more.csv')).version).toBe(2)
    expect((await ingest('a.csv', false)).version).toBe(3)
    const versions = await client.datasets.versions('birds')
    expect(versions.items.map(({ version }) => version)).toEqual([3, 2, 1])
    expect((await client.datasets.version('birds', 'latest')).version).toBe(3)
    expect((await client.datasets.list()).items).toHaveLength(1)
  })

  it('are what a run reads: the version that was latest when it began', async () => {
    const { client, projectDir } = await startServer()
    writeFileSync(join(projectDir, 'birds.csv'), CSV)
    const { digest } = await client.datasets.ingest('birds', { path: 'birds.csv' })
    await deploy(
      client,
      graph('reads', [
        step('a', {
          inputTypes: { x: { kind: 'table' } },
          inputs: { x: { from: 'dataset', name: 'birds' } },
          outputs: { out: { kind: 'table' }, note: { kind: 'value', schema: {} } },
        }),
      ]),
    )
    const run = await client.pipelines.run('reads')
    writeFileSync(join(projectDir, 'birds.csv'), `${CSV}Dan,3000\n`)
    await client.datasets.ingest('birds', { path: 'birds.csv' })
    const [lease] = await acquire(client)
    expect(lease?.inputs.x?.artifacts[0]).toMatchObject({ kind: 'table', digest, rowCount: 3 })
    expect((await client.runs.get(run.id)).datasets).toEqual([{ name: 'birds', version: 1 }])
    // A step that hands its table on: its rows can be looked at.
    const table = { kind: 'table', digest, sizeBytes: 1 } as const
    const note = { kind: 'value', digest, sizeBytes: 1, value: 1 } as const
    const outputs = { out: table, note }
    await client.leases.report(lease!.stepRunId, { leaseToken: lease!.leaseToken, status: 'succeeded', outputs })
    const preview = await client.runs.preview(run.id, 'a', 'out', { limit: 2 })
    expect(preview).toEqual({
      items: [
        { name: 'Ada', mass: 4000 },
        { name: 'Bob', mass: -3 },
      ],
      total: 3,
      nextCursor: 'o2',
    })
    await expect(client.runs.preview(run.id, 'a', 'note')).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await expect(client.runs.preview(run.id, 'a', 'other')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('say what is wrong with a request', async () => {
    const { client, projectDir } = await startServer()
    writeFileSync(join(projectDir, 'birds.csv'), CSV)
    writeFileSync(join(projectDir, 'empty.csv'), '')
    writeFileSync(join(projectDir, 'birds.xlsx'), CSV)
    const ingest = (path: string) => client.datasets.ingest('birds', { path })
    await expect(ingest('nothing.csv')).rejects.toMatchObject({ code: 'DATA_UNREADABLE' })
    await expect(ingest('empty.csv')).rejects.toMatchObject({ code: 'DATA_EMPTY' })
    await expect(ingest('birds.xlsx')).rejects.toMatchObject({ code: 'DATA_UNREADABLE' })
    await expect(ingest('../../etc/passwd')).rejects.toMatchObject({ code: 'PATH_OUTSIDE_ROOT' })
    await expect(ingest('/etc/passwd')).rejects.toMatchObject({ code: 'PATH_OUTSIDE_ROOT' })
    await expect(client.datasets.get('birds')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await ingest('birds.csv')
    await expect(client.datasets.get('bird')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      hint: 'Did you mean "birds"?',
    })
    await expect(client.datasets.version('birds', 2)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(client.datasets.rows('birds', 1, { cursor: 'x' })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await expect(client.datasets.rows('birds', 1, { quarantined: true })).resolves.toEqual({ items: [], total: 0 })
    await expect(
      client.datasets.ingest('birds', {
        path: 'birds.csv',
        schema: { columns: [{ name: 'wings', type: 'int', nullable: false }], strict: false },
      }),
    ).rejects.toMatchObject({ code: 'COLUMN_MISSING' })
  })
})

describe('resolveSourcePath', () => {
  const root = mkdtempSync(join(tmpdir(), 'regia-path-'))
  const project = join(root, 'workspace', 'app')
  const home = join(project, '.regia')
  const inPackage = join(root, 'workspace', 'node_modules', 'birds', 'data.csv')
  mkdirSync(home, { recursive: true })
  mkdirSync(join(root, 'workspace', 'node_modules', 'birds'), { recursive: true })
  writeFileSync(inPackage, CSV)
  writeFileSync(join(root, 'secret.csv'), CSV)
  writeFileSync(join(project, 'own.csv'), CSV)
  symlinkSync(join(root, 'secret.csv'), join(project, 'link.csv'))
  symlinkSync(join(project, 'own.csv'), join(project, 'inner.csv'))
  const resolvePath = (path: string) => resolveSourcePath(path, project, home)

  it('finds files of the project and of packages above it', async () => {
    expect(await resolvePath('own.csv')).toBe(join(project, 'own.csv'))
    expect(await resolvePath(join(project, 'own.csv'))).toBe(join(project, 'own.csv'))
    expect(await resolvePath('inner.csv')).toBe(join(project, 'own.csv'))
    expect(await resolvePath('node_modules/birds/data.csv')).toBe(inPackage)
    expect(await resolvePath('../node_modules/birds/data.csv')).toBe(inPackage)
  })

  it.each([
    'link.csv',
    '../../secret.csv',
    join(root, 'secret.csv'),
    '../../nothing.csv',
    'node_modules/../../../secret.csv',
    '.',
  ])('refuses %s', async (path) => {
    await expect(resolvePath(path)).rejects.toMatchObject({ code: 'PATH_OUTSIDE_ROOT' })
  })
})
