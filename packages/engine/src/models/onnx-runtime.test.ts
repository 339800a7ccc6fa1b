import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { trainOnTrips } from '../../../../tests/fixtures/models/trips.ts'
import { writeModelPackage } from './write-model-package.ts'

const run = promisify(execFile)

it('leaves nothing in the user’s home, neither from the main thread nor from others', async () => {
  const home = await mkdtemp(join(tmpdir(), 'regia-home-'))
  try {
    const path = join(home, 'model.zip')
    await writeFile(path, (await writeModelPackage(trainOnTrips())).bytes)
    const code = `
      import { readFileSync } from 'node:fs'
      import { toRows } from '@regia/core'
      import { openModel } from ${JSON.stringify(new URL('open-model.ts', import.meta.url).href)}
      import { sharedModelThreads } from ${JSON.stringify(new URL('threads/index.ts', import.meta.url).href)}
      sharedModelThreads().warm()
      const model = await openModel(readFileSync(${JSON.stringify(path)}))
      console.log((await model.selfTest()).rowCount)
      await new Promise((resolve) => setTimeout(resolve, 500))
      process.exit(0)`
    const { ORT_DISABLE_TELEMETRY: _, NODE_OPTIONS: __, XDG_CACHE_HOME: ___, ...env } = process.env
    const args = ['--conditions=source', '--input-type=module', '--eval', code]
    const { stdout } = await run(process.execPath, args, { env: { ...env, HOME: home }, cwd: import.meta.dirname })
    expect(stdout.trim()).toBe('5')
    expect(await readdir(home)).toEqual(['model.zip'])
  } finally {
    await rm(home, { recursive: true, force: true })
  }
})
