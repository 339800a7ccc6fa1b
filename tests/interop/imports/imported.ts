import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { importSignatureSchema, type ModelVersion, type Row } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import { createClient } from '@regia/sdk'
import { createServer } from '@regia/server'
import { unzipSync } from 'fflate'
import { onTestFinished } from 'vitest'
import { pythonEnvironment, pythonOf } from '../python.ts'

const HERE = dirname(fileURLToPath(import.meta.url))
const EXAMPLE = join(HERE, '../../../examples/onnx-imports')

const run = async (args: readonly string[], cwd: string): Promise<string> =>
  (await promisify(execFile)(pythonOf('mlflow3'), [...args], { cwd, env: pythonEnvironment(), maxBuffer: 2 ** 26 }))
    .stdout

export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'regia-imports-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A server over a folder of its own. */
export async function newHome(): Promise<RegiaClient> {
  const projectDir = await newFolder()
  const server = await createServer({ home: join(projectDir, '.regia'), projectDir, operator: 'ada' })
  onTestFinished(() => server.close())
  return createClient({ url: server.url })
}

/** Runs one of the example's scripts, which trains and converts, and gives the folder with what it wrote. */
export async function trained(name: string): Promise<string> {
  const folder = await newFolder()
  await cp(EXAMPLE, folder, { recursive: true, filter: (path) => !path.endsWith('/out') })
  await run([`with_${name}.py`], folder)
  return join(folder, 'out')
}

const FIXED_ROWS = join(HERE, '../../reference/fixed-rows')

/** A network that PyTorch exported for a fixed number of rows, with rows and answers as the scripts of the example write them. */
export async function fixedRows(name: string): Promise<string> {
  const folder = await newFolder()
  const known = JSON.parse(await readFile(join(FIXED_ROWS, 'expected.json'), 'utf8'))
  const { inputs, answers }: { inputs: { steps: number[][] }; answers: number[][] } = known[name]
  const rows = inputs.steps.map((steps) => Object.fromEntries(steps.map((step, i) => [`f${i}`, step])))
  const signature = { classes: ['a', 'b', 'c'], expected: answers.map((row) => Math.max(...row)) }
  await cp(join(FIXED_ROWS, `${name}.onnx`), join(folder, `${name}.onnx`))
  for (const [ending, value] of Object.entries({ rows, expected: answers, signature })) {
    await writeFile(join(folder, `${name}.${ending}.json`), JSON.stringify(value))
  }
  return folder
}

/** A real pickle of a real model. */
export async function pickled(): Promise<string> {
  const path = join(await newFolder(), 'model.bin')
  const lines =
    'import pickle, sys; from sklearn.dummy import DummyClassifier; pickle.dump(DummyClassifier(), open(sys.argv[1], "wb"))'
  await run(['-c', lines, path], HERE)
  return path
}

export type Written = {
  readonly rows: readonly Row[]
  /** What the library itself says, a list of probabilities for each row. */
  readonly answers: readonly (readonly number[])[]
  readonly version: ModelVersion
}

/** Imports what a script wrote, as `regia models import` sends it. */
export async function imported(client: RegiaClient, name: string, folder: string): Promise<Written> {
  const read = async (ending: string) => JSON.parse(await readFile(join(folder, `${name}.${ending}.json`), 'utf8'))
  const { digest } = await client.blobs.write(new Uint8Array(await readFile(join(folder, `${name}.onnx`))))
  const [rows, answers, signature] = [await read('rows'), await read('expected'), await read('signature')]
  const files = { 'model.onnx': digest }
  const body = { files, signature: importSignatureSchema.parse(signature), example: rows }
  return { rows, answers, version: await client.models.import(name, body) }
}

type Asked = {
  readonly labels: readonly string[]
  readonly probabilities: readonly (readonly number[])[]
  readonly mlflowInputs: readonly string[]
  readonly mlflowLabels: readonly string[]
  readonly mlflowProbabilities: readonly (readonly number[])[]
}

/** Unzips a package and asks its graph with onnxruntime in Python, and with MLflow. */
export async function askInPython(archive: Uint8Array, rows: readonly Row[]): Promise<Asked> {
  const folder = await newFolder()
  await mkdir(join(folder, 'package'))
  for (const [name, bytes] of Object.entries(unzipSync(archive))) await writeFile(join(folder, 'package', name), bytes)
  await writeFile(join(folder, 'rows.json'), JSON.stringify(rows))
  const args = [join(HERE, 'ask_package.py'), join(folder, 'package'), join(folder, 'rows.json')]
  return JSON.parse((await run(args, folder)).trim().split('\n').at(-1) ?? '')
}
