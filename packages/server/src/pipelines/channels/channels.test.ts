import { digestOf } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import { describe, expect, it } from 'vitest'
import { deploy, from, graph, param, step } from '../../../test/graphs.ts'
import { startServer } from '../../../test/start-server.ts'
import { versionBefore } from './version-before.ts'

const move = (to_version: number) => ({ to_version, is_rollback: 0 })
const rollback = (to_version: number) => ({ to_version, is_rollback: 1 })

/** Versions 1 … count of one pipeline. */
async function deployVersions(client: RegiaClient, count: number): Promise<void> {
  for (let i = 1; i <= count; i++) await deploy(client, graph('delays', [step('a', { code: `code ${i}` })]))
}

describe('versionBefore', () => {
  it('walks back move by move and never forth again', () => {
    expect(versionBefore([])).toBeUndefined()
    expect(versionBefore([move(1)])).toBeUndefined()
    expect(versionBefore([move(1), move(2)])).toBe(1)
    expect(versionBefore([move(1), move(2), move(3), rollback(2)])).toBe(1)
    expect(versionBefore([move(1), move(2), move(3), rollback(2), rollback(1)])).toBeUndefined()
    expect(versionBefore([move(1), move(2), move(3), rollback(2), move(4)])).toBe(2)
    expect(versionBefore([move(1), move(2), move(3), rollback(2), move(4), rollback(2)])).toBe(1)
    expect(versionBefore([move(1), move(2), move(1)])).toBe(2)
  })
})

describe('channels', () => {
  it('point to versions, move with a reason, and go back', async () => {
    const { client, clock } = await startServer()
    await deployVersions(client, 3)
    const first = await client.pipelines.moveChannel('delays', 'prod', { version: 1, reason: 'the first' })
    expect(first).toEqual({ pipeline: 'delays', channel: 'prod', version: 1, movedAt: expect.any(String), by: 'ada' })
    clock.advance(1_000)
    await client.pipelines.moveChannel('delays', 'prod', { version: 2 })
    await client.pipelines.moveChannel('delays', 'prod', { version: 3 })
    await client.pipelines.moveChannel('delays', 'staging', { version: 3 })
    expect((await client.pipelines.rollback('delays', 'prod', { reason: 'late trains' })).version).toBe(2)
    expect((await client.pipelines.rollback('delays', 'prod')).version).toBe(1)
    await expect(client.pipelines.rollback('delays', 'prod')).rejects.toMatchObject({ code: 'CONFLICT' })
    const { channels } = await client.pipelines.channels('delays')
    expect(channels.map(({ channel, version }) => `${channel} ${version}`)).toEqual(['prod 1', 'staging 3'])
    const { items, total } = await client.pipelines.channelHistory('delays', { channel: 'prod', limit: 2 })
    expect(total).toBe(5)
    expect(items).toMatchObject([
      { fromVersion: 2, toVersion: 1, by: 'ada', reason: 'rollback from version 2' },
      { fromVersion: 3, toVersion: 2, reason: 'late trains' },
    ])
  })

  it('do not move to where they are, and not to what is not there', async () => {
    const { client } = await startServer()
    await deployVersions(client, 1)
    await client.pipelines.moveChannel('delays', 'prod', { version: 1 })
    await client.pipelines.moveChannel('delays', 'prod', { version: 1 })
    expect((await client.pipelines.channelHistory('delays')).total).toBe(1)
    await expect(client.pipelines.moveChannel('delays', 'prod', { version: 9 })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'Pipeline "delays" has no version 9.',
      hint: 'See what there is: regia pipelines versions delays.',
    })
    await expect(client.pipelines.rollback('delays', 'prd')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      hint: 'Did you mean "prod"?',
    })
    await expect(client.pipelines.channels('delay')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('take moves at once one after the other, and outlive a restart', async () => {
    const { client, restart } = await startServer()
    await deployVersions(client, 8)
    await Promise.all(
      [1, 2, 3, 4, 5, 6, 7, 8].map((version) => client.pipelines.moveChannel('delays', 'prod', { version })),
    )
    const { items } = await client.pipelines.channelHistory('delays')
    const chain = items.map(({ fromVersion, toVersion }) => [fromVersion, toVersion])
    for (let i = 0; i + 1 < chain.length; i++) expect(chain[i]![0]).toBe(chain[i + 1]![1])
    const again = await restart()
    expect((await again.client.pipelines.channels('delays')).channels[0]?.version).toBe(chain[0]![1])
  })
})

describe('two versions', () => {
  it('differ in words', async () => {
    const { client } = await startServer()
    const before = graph(
      'delays',
      [
        step('load', { codeFiles: { 'src/load.ts': digestOf('1'), 'src/clean.ts': digestOf('1') } }),
        step('old'),
        step('train', { inputs: { rows: from('load'), trees: param('trees') }, retries: 0 }),
      ],
      { trees: { schema: { type: 'integer' }, default: 100 }, gone: { schema: {} } },
    )
    const after = graph(
      'delays',
      [
        step('load', {
          code: 'changed',
          codeFiles: { 'src/load.ts': digestOf('1'), 'src/clean.ts': digestOf('2') },
          definedAt: 'src/load.ts:12',
        }),
        step('fresh', { inputs: { rows: from('load') } }),
        step('train', {
          inputs: { rows: from('fresh'), trees: param('trees') },
          retries: 2,
          outputs: {
            out: { kind: 'table', schema: { columns: [{ name: 'x', type: 'float', nullable: false }], strict: false } },
          },
        }),
      ],
      { trees: { schema: { type: 'integer' }, default: 200 } },
    )
    await deploy(client, before)
    await deploy(client, { ...after, onFailure: 'stop', lockfileDigest: digestOf('lock') })
    const diff = await client.pipelines.diff('delays', 1, 2)
    expect(diff).toMatchObject({ pipeline: 'delays', before: 1, after: 2, added: ['fresh'], removed: ['old'] })
    expect(diff.changed).toEqual([
      { step: 'load', changes: [{ what: 'code src/clean.ts', before: '6b86b273ff34', after: 'd4735e3a265e' }] },
      {
        step: 'train',
        changes: [
          { what: 'input "rows"', before: 'load.out', after: 'fresh.out' },
          {
            what: 'output "out"',
            before: '{"kind":"value","schema":{}}',
            after:
              '{"kind":"table","schema":{"columns":[{"name":"x","nullable":false,"type":"float"}],"strict":false}}',
          },
          { what: 'retries', before: '0', after: '2' },
        ],
      },
    ])
    expect(diff.settings).toEqual([
      { what: 'default of param "trees"', before: '100', after: '200' },
      { what: 'param "gone"', before: '{}' },
      { what: 'onFailure', before: 'continue', after: 'stop' },
      { what: 'lockfile', after: expect.stringMatching(/^[0-9a-f]{12}$/) },
    ])
    const same = await client.pipelines.diff('delays', 2, 2)
    expect([...same.added, ...same.removed, ...same.changed, ...same.settings]).toEqual([])
    await expect(client.pipelines.diff('delays', 1, 7)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('show the place in a long text where they differ', async () => {
    const { client } = await startServer()
    const long = 'x'.repeat(2_000)
    await deploy(client, graph('delays', [step('a', { description: `${long.slice(0, 1_900)}1` })]))
    await deploy(client, graph('delays', [step('a', { description: `${long.slice(0, 1_900)}2` })]))
    const [change] = (await client.pipelines.diff('delays', 1, 2)).changed[0]!.changes
    expect(change?.before).toMatch(/^…x+1$/)
    expect(change?.after).toMatch(/^…x+2$/)
    expect((await client.pipelines.version('delays', 1)).graph.steps[0]?.description).toHaveLength(1_901)
  })
})
