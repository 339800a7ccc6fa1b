import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleEntry, discover } from '@regia/engine'
import { afterAll, beforeAll, expect, it } from 'vitest'
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
