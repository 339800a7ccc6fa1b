import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EndpointSpecInput, endpointSpecSchema, RELEASE_KINDS } from '@regia/core'
import { bundleEntry, discover } from '@regia/engine'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { draftSpec, firstDraft } from '../../packages/web/src/releases/release-draft.ts'
import { specYaml } from '../../packages/web/src/releases/spec-yaml.ts'
import { CHECKOUT } from './regia-command.ts'

let dir = ''
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'regia-yaml-endpoint-'))
  await mkdir(join(dir, 'endpoints'))
  await symlink(join(CHECKOUT, 'node_modules'), join(dir, 'node_modules'))
  await writeFile(join(dir, 'package.json'), '{ "name": "yaml", "type": "module" }')
})
afterAll(() => rm(dir, { recursive: true, force: true }))

async function discovered(text: string) {
  await writeFile(join(dir, 'endpoints', 'late.yaml'), text)
  return discover(await bundleEntry('endpoints/late.yaml', dir))
}

it('declares what TypeScript would', async () => {
  const { endpoints } = await discovered(
    [
      'endpoint: late',
      'stable: late@champion',
      'canary:',
      '  model: late@challenger',
      '  steps: [1, 50]',
      '  rollbackWhen: { p99Ms: 50 }',
    ].join('\n'),
  )
  expect(endpoints).toMatchObject([
    {
      name: 'late',
      stable: 'late@champion',
      canary: { model: 'late@challenger', steps: [1, 50], every: '30m', rollbackWhen: { p99Ms: 50, scoreShift: 0.25 } },
    },
  ])
})

it('says what is wrong with the field and its line', async () => {
  const wrong = discovered('endpoint: late\nstable: late@champion\ncanary:\n  model: late\n')
  await expect(wrong).rejects.toMatchObject({
    message: expect.stringContaining('canary.model'),
    where: expect.stringContaining('endpoints/late.yaml:3'),
  })
})

describe('what the pages show as YAML', () => {
  const written = endpointSpecSchema.parse({
    name: 'late',
    description: 'yes: "late", or no?\n# 30m',
    stable: 'late@champion',
    abstainBelow: 0.000_000_1,
    precomputed: { key: 'trip id', scores: 'null' },
    limits: { maxQueueRows: 100, cache: { entries: 1000 } },
    fallback: { answer: { score: 0.5, label: 'false' }, afterMs: 200 },
  })
  const composed: EndpointSpecInput = {
    name: 'both',
    compose: {
      kind: 'switch',
      field: 'airport of departure',
      cases: ['JFK', 'no', '12', 12, true].map((value) => ({ endpoint: 'late', equals: [value, 'a, b', '- c'] })),
      otherwise: 'late',
    },
  }
  it.each([
    ...RELEASE_KINDS.map((kind) => {
      const draft = { ...firstDraft('late@2'), kind, arms: ['late@2', 'late@3'], armPercent: '30', errorRate: '0.01' }
      return [kind, draftSpec(written, draft)] as const
    }),
    ['composition', composed] as const,
  ])('is read as the same spec: %s', async (_, spec) => {
    const { endpoints } = await discovered(specYaml(spec))
    expect(endpoints).toEqual([endpointSpecSchema.parse(spec)])
  })
})
