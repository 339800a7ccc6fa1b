import { createHash } from 'node:crypto'
import { copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ModelPackage, ModelVersion } from '@regia/core'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  CHECKOUT,
  type Place,
  regia,
  regiaFailure,
  regiaJson,
  regiaUp,
  temporaryFolder,
  type Up,
} from './regia-command.ts'

const FILES = join(CHECKOUT, 'tests/reference/onnx-files')
const PYTORCH = join(CHECKOUT, 'tests/reference/pytorch')

type Home = { readonly place: Place; readonly close: () => Promise<void> }

/** @param zone - Where its clock stands: a zip keeps local time. */
async function newHome(zone: string): Promise<Home> {
  const folder = await temporaryFolder()
  await writeFile(join(folder.dir, 'package.json'), '{"type":"module"}')
  const place = { cwd: folder.dir, env: { TZ: zone } }
  const server: Up = await regiaUp(place)
  return {
    place,
    close: async () => {
      await server.stop()
      await folder.remove()
    },
  }
}

let here: Home
let there: Home
beforeAll(async () => {
  ;[here, there] = await Promise.all([newHome('America/Los_Angeles'), newHome('Asia/Kolkata')])
})
afterAll(() => Promise.all([here?.close(), there?.close()]))

const json = <Result>(...args: readonly string[]) => regiaJson<Result>(here.place, 'models', ...args)
const inHome = (name: string) => join(here.place.cwd, name)
const put = async (from: string, to: string) => {
  await mkdir(dirname(inHome(to)), { recursive: true })
  await copyFile(from, inHome(to))
}
const digestOf = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex')

describe('the commands of packages', { timeout: 180_000 }, () => {
  it('take an ONNX file in, write it as one zip, and take that in elsewhere', async () => {
    for (const ending of ['onnx', 'signature.json', 'rows.json'])
      await put(join(PYTORCH, `pytorch.${ending}`), `pytorch.${ending}`)
    const said = ['--signature', 'pytorch.signature.json', '--example', 'pytorch.rows.json']
    const words = await regia(here.place, 'models', 'import', 'pytorch.onnx', '--name', 'birds', ...said)
    expect(words.stdout).toContain('birds version 1 (champion) can be served: multiclass, species')
    await json('write-card', 'birds@1', '--licence', 'CC-BY-4.0', '--data-licence', 'CC0 1.0')
    const written = await json<{ digest: string }>('package', 'birds@champion', '--out', 'out/birds.zip')
    expect(written.digest).toBe(`sha256:${await digestOf(inHome('out/birds.zip'))}`)
    expect(await json('verify', 'out/birds.zip')).toMatchObject({
      isSound: true,
      faults: [],
      selfTest: { rowCount: 5 },
    })
    const inspected = await json<{ kind: string; package: ModelPackage }>('inspect', 'out/birds.zip')
    expect(inspected).toMatchObject({ kind: 'package', archive: { card: { licence: 'CC-BY-4.0' } } })
    expect(await json('inspect', 'birds@champion')).toEqual(inspected)
    const text = await regia(here.place, 'models', 'inspect', 'birds@champion')
    expect(text.stdout).toContain('multiclass of species: Adelie, Chinstrap, Gentoo')

    const args = ['models', 'import', inHome('out/birds.zip'), '--name', 'copies', '--alias', 'fresh']
    const copy = await regiaJson<ModelVersion>(there.place, ...args)
    const original = await json<ModelVersion>('show', 'birds@1')
    expect(copy.packageDigest).toBe(original.packageDigest)
    expect(copy.lineage.origin).toMatchObject({ model: 'birds', version: 1 })
    const back = join(there.place.cwd, 'back.zip')
    await regiaJson(there.place, 'models', 'package', 'copies@1', '--out', back)
    expect(await digestOf(back)).toBe(await digestOf(inHome('out/birds.zip')))
  })

  it('take a folder of MLflow, and an unzipped package as one', async () => {
    const folder = join(CHECKOUT, 'tests/reference/mlflow-models/columns')
    expect(await json<ModelVersion>('import', folder, '--name', 'iris')).toMatchObject({
      packaging: { status: 'packaged' },
      package: { signature: { task: 'multiclass' } },
    })
    const { stdout } = await regia(here.place, 'models', 'inspect', 'iris@1')
    expect(stdout).toMatch(/tensors +\w+ (FP32|FP64) \[n, 4\]\n +answers as +\w+, \w+/)
    for (const [name, bytes] of Object.entries(unzipSync(await readFile(inHome('out/birds.zip'))))) {
      await mkdir(inHome('unzipped'), { recursive: true })
      await writeFile(join(inHome('unzipped'), name), bytes)
    }
    const again = await json<ModelVersion>('import', 'unzipped', '--name', 'unzipped')
    expect(again.package?.signature.inputs.map(({ name }) => name)).toEqual([
      'bill_length',
      'bill_depth',
      'flipper',
      'mass',
    ])
    const pickled = join(CHECKOUT, 'tests/reference/mlflow-models/pickled')
    const { error } = await regiaFailure(here.place, 'models', 'import', pickled, '--name', 'iris')
    expect(error).toMatchObject({ code: 'MODEL_INVALID', message: expect.stringContaining('a model of sklearn') })
  })

  it('tell of a package that is not sound, and import nothing of it', async () => {
    const bytes = await readFile(inHome('out/birds.zip'))
    bytes[bytes.length >> 1] = bytes[bytes.length >> 1]! ^ 8
    await writeFile(inHome('broken.zip'), bytes)
    const { code, stdout } = await regia(here.place, 'models', 'verify', 'broken.zip')
    expect(code).toBe(1)
    expect(stdout).toMatch(/broken\.zip is not sound\n\s+(changed|zip)/)
    const refused = await regiaFailure(here.place, 'models', 'import', 'broken.zip', '--name', 'broken')
    expect(refused).toMatchObject({ code: 1, error: { code: 'MODEL_INVALID' } })
    expect((await regiaFailure(here.place, 'models', 'verify', 'nowhere.zip')).code).toBe(3)
  })

  it('send weights along, and none from outside of the folder', async () => {
    await put(join(FILES, 'below.onnx'), 'nets/below.onnx')
    await put(join(FILES, 'weights/w.bin'), 'nets/weights/w.bin')
    const made = await json<ModelVersion>(
      'import',
      'nets/below.onnx',
      '--name',
      'net',
      '--classes',
      'no,yes',
      '--columns',
      'a,b:float,c',
    )
    expect(made.package).toMatchObject({
      signature: { positive: 'yes', inputs: [{ name: 'a' }, { name: 'b', type: 'float' }, { name: 'c' }] },
      example: { isMadeUp: true },
      notes: [expect.stringContaining('weights beside the graph')],
    })
    for (const name of ['outside', 'rooted']) {
      await put(join(FILES, `${name}.onnx`), `nets/${name}.onnx`)
      const { error } = await regiaFailure(here.place, 'models', 'import', `nets/${name}.onnx`, '--name', 'net')
      expect(error).toMatchObject({
        code: 'MODEL_INVALID',
        message: expect.stringContaining('outside of its own folder'),
      })
    }
    await put(join(FILES, 'beside.onnx'), 'nets/beside.onnx')
    await writeFile(inHome('secret.bin'), 'secret')
    await symlink(inHome('secret.bin'), inHome('nets/beside.onnx.data'))
    const linked = await regiaFailure(here.place, 'models', 'import', 'nets/beside.onnx', '--name', 'net')
    expect(linked.error.message).toContain('outside of its own folder')
  })

  it('refuse a pickle before it is sent, with the lines that convert it', async () => {
    await writeFile(inHome('model.joblib'), 'anything')
    const { code, stderr } = await regia(here.place, 'models', 'import', 'model.joblib', '--name', 'm')
    expect(code).toBe(1)
    expect(stderr).toContain('is a pickle')
    expect(stderr).toContain('from skl2onnx import to_onnx')
    const nothing = await regiaFailure(here.place, 'models', 'import', 'absent.onnx', '--name', 'm')
    expect(nothing).toMatchObject({ code: 3, error: { code: 'NOT_FOUND' } })
  })
})
