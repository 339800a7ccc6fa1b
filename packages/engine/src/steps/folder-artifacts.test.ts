import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Artifact,
  artifactListSchema,
  canonicalJson,
  digestSchema,
  type LeasedStep,
  stepManifestSchema,
} from '@regia/core'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { type BlobStore, folderBlobStore } from '../blobs/index.ts'
import { keepOutputs } from './keep-outputs.ts'
import { localInputs } from './local-inputs.ts'
import { openStepModels } from './model-files.ts'
import { openStepData } from './step-data.ts'
import type { PortDefinition, ValueParser } from './step-definition.ts'
import { readInputs } from './step-inputs.ts'
import { writeOutputs } from './step-outputs.ts'

const DIGEST = digestSchema.parse(`sha256:${'0'.repeat(64)}`)
const MANIFEST = {
  protocol: 1,
  runId: `run_${'0'.repeat(26)}`,
  stepRunId: `stp_${'0'.repeat(26)}`,
  step: 'train',
  stepName: 'train',
  kind: 'code',
  attempt: 1,
  projectDir: '/',
  outputs: {},
  env: {},
  secrets: [],
  seed: 'seed',
  memoryMb: 256,
  cpu: 1,
  bundlePath: '',
  inputs: {},
}

let dir: string
let blobs: BlobStore

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'regia-folder-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  blobs = folderBlobStore(join(dir, 'blobs'))
})

/** Files by their paths, written in the order given. */
async function folderOf(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const root = join(dir, 'attempt', name)
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, path, '..'), { recursive: true })
    await writeFile(join(root, path), text)
  }
  return root
}

const keep = async (path: string): Promise<Artifact> =>
  (await keepOutputs({ out: { kind: 'folder', path } }, join(dir, 'attempt'), blobs)).out!

const inputOf = (artifacts: readonly Artifact[]): LeasedStep['inputs'] => ({
  given: { type: { kind: 'folder' }, artifacts: [...artifacts], isList: false },
})

describe('a folder artifact', () => {
  it('is its files with their paths, and comes back as a folder', async () => {
    const artifact = await keep(await folderOf('made', { 'a.txt': 'one', 'deep/er/b.txt': 'three' }))
    expect(artifact).toMatchObject({ kind: 'folder', count: 2, sizeBytes: 8 })
    const inputs = await localInputs(inputOf([artifact]), join(dir, 'inputs'), blobs)
    const { path } = inputs.given!.artifacts[0]!
    expect(await readFile(join(path, 'deep/er/b.txt'), 'utf8')).toBe('three')
    expect(await readFile(join(path, 'a.txt'), 'utf8')).toBe('one')
  })

  it('has the same digest for the same content, whatever the order of writing', async () => {
    const one = await keep(await folderOf('one', { 'b/x': '1', 'a-b': '2', a: '3' }))
    const two = await keep(await folderOf('two', { a: '3', 'a-b': '2', 'b/x': '1' }))
    const other = await keep(await folderOf('other', { a: '3', 'a-b': '2', 'b/y': '1' }))
    expect(two).toEqual(one)
    expect(other.digest).not.toBe(one.digest)
  })

  it('may be empty', async () => {
    await mkdir(join(dir, 'attempt', 'empty'), { recursive: true })
    const artifact = await keep(join(dir, 'attempt', 'empty'))
    expect(artifact).toMatchObject({ kind: 'folder', count: 0, sizeBytes: 0 })
    const inputs = await localInputs(inputOf([artifact]), join(dir, 'inputs'), blobs)
    expect((await stat(inputs.given!.artifacts[0]!.path)).isDirectory()).toBe(true)
  })

  it('follows links inside it and refuses those that leave it', async () => {
    const root = await folderOf('linked', { 'real.txt': 'text' })
    await symlink('real.txt', join(root, 'alias.txt'))
    expect(await keep(root)).toMatchObject({ count: 2, sizeBytes: 8 })
    const leaving = await folderOf('leaving', { 'real.txt': 'text' })
    await writeFile(join(dir, 'secret.txt'), 'secret')
    await symlink(join(dir, 'secret.txt'), join(leaving, 'alias.txt'))
    await expect(keep(leaving)).rejects.toMatchObject({ code: 'STEP_OUTPUT_INVALID', where: 'alias.txt' })
    const beside = await folderOf('leaving-not', { x: 'y' })
    await symlink(beside, join(await folderOf('leav', { x: 'y' }), 'alias'))
    await expect(keep(join(dir, 'attempt', 'leav'))).rejects.toThrow('leaves the folder')
  })

  it('refuses a circle of links and links to nothing', async () => {
    const circle = await folderOf('circle', { 'a/x': 'y' })
    await symlink('..', join(circle, 'a', 'up'))
    await expect(keep(circle)).rejects.toThrow(
      '"a/up" in the folder of output "out" is a link to a folder that it stands in.',
    )
    const dangling = await folderOf('dangling', { x: 'y' })
    await symlink('nowhere', join(dangling, 'z'))
    await expect(keep(dangling)).rejects.toThrow('leads nowhere')
  })

  it('may share files with other outputs of the step', async () => {
    const root = await folderOf('outer', { 'inner/x.txt': 'shared' })
    const kept = await keepOutputs(
      {
        all: { kind: 'folder', path: root },
        part: { kind: 'folder', path: join(root, 'inner') },
        one: { kind: 'file', path: join(root, 'inner/x.txt'), mediaType: 'text/plain' },
      },
      join(dir, 'attempt'),
      blobs,
    )
    expect(kept).toMatchObject({
      all: { count: 1 },
      part: { count: 1 },
      one: { kind: 'file', mediaType: 'text/plain' },
    })
  })

  it('handed on is what it was', async () => {
    const artifact = await keep(await folderOf('made', { 'a.txt': 'one' }))
    const inputs = await localInputs(inputOf([artifact]), join(dir, 'attempt', 'inputs'), blobs)
    expect(await keep(inputs.given!.artifacts[0]!.path)).toEqual(artifact)
  })
})

describe('what a step returns on a folder port', () => {
  const write = async (returned: unknown) => {
    const manifest = stepManifestSchema.parse({ ...MANIFEST, outputDir: dir, resultPath: join(dir, 'result.json') })
    const data = openStepData({ dir, cpu: 1, memoryMb: 256 })
    return writeOutputs({ outputs: { site: { port: 'folder' } } }, { site: returned }, manifest, data)
  }

  it('is the path of a folder, or a folder that came in', async () => {
    const path = await folderOf('site', { x: 'y' })
    expect(await write(path)).toEqual({ site: { kind: 'folder', path } })
    expect(await write({ path, count: 1, sizeBytes: 1 })).toEqual({ site: { kind: 'folder', path } })
  })

  it('is refused where there is no folder', async () => {
    const file = join(await folderOf('site', { x: 'y' }), 'x')
    for (const [returned, message] of [
      [file, `There is no folder "${file}".`],
      [join(dir, 'nowhere'), `There is no folder "${join(dir, 'nowhere')}".`],
      [7, 'Expected the path of a folder, got 7.'],
    ] as const) {
      await expect(write(returned)).rejects.toMatchObject({
        code: 'STEP_OUTPUT_INVALID',
        message,
        where: 'output "site" of step "train"',
      })
    }
  })
})

describe('a list for a step', () => {
  const accepting = (isFine: (given: unknown) => boolean): ValueParser => ({
    safeParse: (given) =>
      isFine(given)
        ? { success: true, data: given }
        : { success: false, error: { issues: [{ path: [], message: 'is something else' }] } },
  })
  const value = (of: number) => ({ artifact: { kind: 'value', digest: DIGEST, sizeBytes: 1, value: of }, path: '' })
  const read = async (port: PortDefinition, artifacts: unknown[]) => {
    const input = { type: { kind: 'value', schema: {} }, artifacts, isList: true }
    const manifest = stepManifestSchema.parse({ ...MANIFEST, inputs: { x: input }, outputDir: dir, resultPath: dir })
    const files = { data: openStepData({ dir, cpu: 1, memoryMb: 256 }), models: openStepModels() }
    return (await readInputs({ stepName: 'train', inputs: { x: port } }, manifest, files)).x
  }

  it('goes into a list port, and into a value port whose schema is an array', async () => {
    const number = { port: 'value', schema: accepting((given) => typeof given === 'number') } as const
    const array = { port: 'value', schema: accepting(Array.isArray) } as const
    expect(await read({ port: 'list', item: number }, [value(1), value(2)])).toEqual([1, 2])
    expect(await read(array, [value(1), value(2)])).toEqual([1, 2])
    expect(await read({ port: 'list', item: number }, [])).toEqual([])
    expect(await read(array, [])).toEqual([])
  })

  it('is refused where one thing is taken', async () => {
    const table = { artifact: { kind: 'table', digest: DIGEST, sizeBytes: 1 }, path: 'x' }
    await expect(read({ port: 'table' }, [table, table])).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: 'A list of 2 came for input "x" of step "train", which takes one table.',
    })
  })
})

describe('a list artifact', () => {
  it('is opened for who takes it, in order', async () => {
    const value = (of: number): Artifact => ({
      kind: 'value',
      digest: DIGEST,
      sizeBytes: 1,
      value: of,
    })
    const file = await blobs.put(Buffer.from('content'))
    const items: Artifact[] = [value(1), { kind: 'file', ...file }, value(3)]
    const { digest, sizeBytes } = await blobs.put(Buffer.from(canonicalJson(artifactListSchema.parse({ items }))))
    const list: Artifact = { kind: 'list', digest, sizeBytes, count: 3 }
    const { given } = await localInputs(inputOf([list, value(4)]), dir, blobs)
    expect(given?.isList).toBe(true)
    expect(given?.artifacts.map(({ artifact }) => artifact.value)).toEqual([1, undefined, 3, 4])
    expect(await readFile(given!.artifacts[1]!.path, 'utf8')).toBe('content')
  })

  it('whose blob is something else is refused', async () => {
    const { digest, sizeBytes } = await blobs.put(Buffer.from('not json'))
    await expect(localInputs(inputOf([{ kind: 'list', digest, sizeBytes }]), dir, blobs)).rejects.toMatchObject({
      code: 'BLOB_CORRUPT',
    })
  })
})
