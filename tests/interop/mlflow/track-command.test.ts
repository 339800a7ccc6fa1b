import { execFileSync } from 'node:child_process'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient } from '@regia/sdk'
import { createServer } from '@regia/server'
import { describe, expect, it, onTestFinished } from 'vitest'
import { regia, temporaryFolder } from '../../integration/regia-command.ts'
import { pythonOf } from '../python.ts'

const SCRIPT = fileURLToPath(new URL('track-command.py', import.meta.url))

async function repository() {
  const { dir, remove } = await temporaryFolder()
  onTestFinished(remove)
  const server = await createServer({ home: join(dir, '.regia'), projectDir: dir, roles: ['api'] })
  onTestFinished(() => server.close())
  await copyFile(SCRIPT, join(dir, 'train.py'))
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], { cwd: dir })
  git('init', '--quiet')
  git('add', 'train.py')
  git('commit', '--quiet', '--message', 'A script')
  return { place: { cwd: dir, env: { REGIA_URL: server.url } }, client: createClient({ url: server.url }) }
}

describe.each(['mlflow3', 'mlflow2'] as const)('regia track with the client of %s', (client) => {
  it('gives the script its run, and makes it again', { timeout: 180_000 }, async () => {
    const { place, client: api } = await repository()
    const options = ['--experiment', 'python', '--name', 'mine', '--param', 'lr=0.1', '--seed', '7']
    const ended = await regia(place, 'track', ...options, '--', pythonOf(client), 'train.py', '0')
    expect(ended.code, ended.stderr).toBe(0)
    const id = ended.stdout.split('\n')[0] ?? ''
    const run = await api.tracking.get(id)
    expect(run).toMatchObject({
      name: 'mine',
      status: 'succeeded',
      params: { depth: '3', lr: '0.1' },
      tags: { 'regia.seed': '7', 'regia.python': expect.stringMatching(/^3\./) },
    })
    expect(run.metrics).toMatchObject([{ key: 'loss', step: 4 }])
    const packages = await (await api.tracking.readFile(id, 'regia/packages.txt')).text()
    expect(packages).toMatch(/^mlflow(-skinny)?@\d/m)
    const { items } = await api.tracking.search({ experiments: [run.experimentId] })
    expect(items.map(({ name }) => name).sort()).toEqual(['another', 'mine'])

    const again = await regia(place, 'reproduce', id, '--json')
    expect(JSON.parse(again.stdout)).toMatchObject({ isSame: true, notes: [] })
    const failed = await regia(place, 'track', '--json', '--', pythonOf(client), 'train.py', '3')
    expect(failed.code).toBe(3)
    expect(JSON.parse(failed.stdout).run).toMatchObject({ status: 'failed', experimentId: '0' })
  })
})
