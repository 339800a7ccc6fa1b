import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { packageMlflowModel } from '../mlflow/package-mlflow-model.ts'
import { packageInChild } from './package-in-child.ts'

const MODELS = fileURLToPath(new URL('../../../../../../tests/reference/mlflow-models/', import.meta.url))
const filesOf = (name: string): Record<string, string> =>
  Object.fromEntries(readdirSync(join(MODELS, name)).map((file) => [file, join(MODELS, name, file)]))

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'regia-package-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const never = new AbortController().signal

describe('packageInChild', () => {
  it('writes the package that this process would make', async () => {
    const [files, outputPath] = [filesOf('mixed'), join(newFolder(), 'package.zip')]
    await packageInChild({ kind: 'mlflow', files, outputPath }, { signal: never })
    expect(Buffer.compare(readFileSync(outputPath), await packageMlflowModel({ files }))).toBe(0)
  })

  it('hands on why a model is refused', async () => {
    const outputPath = join(newFolder(), 'package.zip')
    const refused = packageInChild({ kind: 'mlflow', files: filesOf('pickled'), outputPath }, { signal: never })
    await expect(refused).rejects.toMatchObject({ code: 'MODEL_INVALID', hint: expect.stringContaining('skl2onnx') })
    expect(existsSync(outputPath)).toBe(false)
  })

  it('ends what takes too long, and what nobody wants any more', async () => {
    const folder = newFolder()
    const request = { kind: 'mlflow' as const, files: filesOf('columns'), outputPath: join(folder, 'package.zip') }
    await expect(packageInChild(request, { signal: never, timeoutMs: 1 })).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: 'the process that packaged it ended early (SIGKILL).',
    })
    const stop = new AbortController()
    const stopped = packageInChild(request, { signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(stopped).rejects.toThrow('enough')
    await expect(packageInChild(request, { signal: stop.signal })).rejects.toThrow('enough')
  })

  it('ends what takes more memory than it may', { skip: process.platform !== 'linux' }, async () => {
    const request = { kind: 'mlflow' as const, files: filesOf('columns'), outputPath: join(newFolder(), 'package.zip') }
    await expect(packageInChild(request, { signal: never, memoryLimitBytes: 2 ** 20 })).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining('more than 1048576 bytes of memory'),
    })
  })

  it('refuses a file on which it stumbles', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'deep'), `flavors: ${'{a: '.repeat(200_000)}`)
    const files = { ...filesOf('columns'), MLmodel: join(folder, 'deep') }
    const request = { kind: 'mlflow' as const, files, outputPath: join(folder, 'package.zip') }
    await expect(packageInChild(request, { signal: never })).rejects.toMatchObject({ code: 'MODEL_INVALID' })
  })
})
