import { spawn } from 'node:child_process'
import { cp, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DatasetVersion, PredictResponse, Run } from '@regia/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CHECKOUT, finish, temporaryFolder } from './regia-command.ts'

const PACKAGES = ['core', 'sdk', 'engine', 'server', 'web', 'regia'] as const

/** What a stranger gets who installs Regia into an empty folder: the packed packages and nothing of the checkout. */
describe('the packed product in an empty folder', { timeout: 300_000 }, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>

  beforeAll(async () => {
    folder = await temporaryFolder()
    await pack(folder.dir)
    await installPacked(folder.dir)
    for (const part of ['pipelines', 'checks', 'endpoints', 'penguins.csv', 'penguins.schema.json']) {
      await cp(join(CHECKOUT, 'examples/penguins', part), join(folder.dir, part), { recursive: true })
    }
  }, 300_000)
  afterAll(() => folder.remove())

  const regia = async <Result>(...args: string[]): Promise<Result> => {
    const { code, stdout, stderr } = await run(
      folder.dir,
      process.execPath,
      'node_modules/regia/bin/regia.js',
      ...args,
      '--json',
    )
    if (code !== 0) throw new Error(`regia ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`)
    return JSON.parse(stdout)
  }

  it('holds no sources and no tests', async () => {
    const files = await readdir(join(folder.dir, 'node_modules/regia'), { recursive: true })
    expect(files).toContain('dist/cli/main.js')
    // What `regia init` lays out has tests of its own.
    const ours = files.filter((file) => !file.startsWith('templates/'))
    expect(ours.filter((file) => /\.test\.|^src/.test(file))).toEqual([])
    expect(await readdir(join(folder.dir, 'node_modules/@regia/engine/src/steps/command'))).toEqual(['run_notebook.py'])
    expect(await readdir(join(folder.dir, 'node_modules/@regia/web/dist'))).toContain('index.html')
  })

  it('goes from a CSV file to a prediction', async () => {
    const data = await regia<DatasetVersion>(
      'data',
      'add',
      'penguins.csv',
      '--name',
      'penguins',
      '--schema',
      'penguins.schema.json',
    )
    expect(data.validRowCount).toBe(342)
    const done = await regia<Run>('run', 'penguins')
    expect(done.status).toBe('succeeded')
    await regia('apply')
    const row = {
      island: 'Biscoe',
      bill_length_mm: 46.1,
      bill_depth_mm: 13.2,
      flipper_length_mm: 211,
      body_mass_g: 4500,
      sex: 'female',
    }
    const { predictions } = await regia<PredictResponse>('predict', 'penguins', '--row', JSON.stringify(row))
    expect(predictions[0]!.label).toBe('Gentoo')
  })

  it('gives authors their types', async () => {
    const config = {
      compilerOptions: {
        strict: true,
        noEmit: true,
        module: 'nodenext',
        target: 'es2024',
        allowImportingTsExtensions: true,
        skipLibCheck: true,
      },
      include: ['pipelines', 'checks', 'endpoints'],
    }
    await writeFile(join(folder.dir, 'tsconfig.json'), JSON.stringify(config))
    const { code, stdout } = await run(
      folder.dir,
      process.execPath,
      join(CHECKOUT, 'node_modules/typescript/bin/tsc'),
      '-p',
      '.',
    )
    expect(stdout).toBe('')
    expect(code).toBe(0)
  })
})

const tarballOf = (name: string) => (name === 'regia' ? 'regia-0.1.0.tgz' : `regia-${name}-0.1.0.tgz`)

async function pack(dir: string): Promise<void> {
  const names = PACKAGES.flatMap((name) => ['--workspace', `packages/${name}`])
  const { code, stderr } = await run(CHECKOUT, 'npm', 'pack', '--ignore-scripts', '--pack-destination', dir, ...names)
  if (code !== 0) throw new Error(`npm pack failed:\n${stderr}`)
}

/** As README says: without the install script that fetches GPU libraries. All tarballs are named, since no registry has them. */
async function installPacked(dir: string): Promise<void> {
  const dependencies = Object.fromEntries(
    PACKAGES.map((name) => [name === 'regia' ? 'regia' : `@regia/${name}`, `file:${tarballOf(name)}`]),
  )
  const manifest = {
    name: 'a-folder-of-my-own',
    private: true,
    type: 'module',
    dependencies,
    allowScripts: { 'onnxruntime-node': false, 'better-sqlite3': false },
  }
  await writeFile(join(dir, 'package.json'), JSON.stringify(manifest))
  const { code, stdout, stderr } = await run(dir, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund')
  if (code !== 0) throw new Error(`npm install failed:\n${stdout}${stderr}`)
}

function run(cwd: string, program: string, ...args: string[]) {
  const { NODE_OPTIONS: _, REGIA_HOME: __, REGIA_URL: ___, ...env } = process.env
  return finish(spawn(program, args, { cwd, env: { ...env, NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'pipe'] }))
}
