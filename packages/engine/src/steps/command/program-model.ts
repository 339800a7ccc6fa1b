import { readFile, writeFile } from 'node:fs/promises'
import { type ProgramSignature, programSignatureSchema, RegiaError, type StepManifest, type Table } from '@regia/core'
import type { StepData } from '../step-data.ts'

export type ProgramModel = {
  /** What the program wrote: an ONNX file, or a model package of Regia's. */
  readonly path: string
  readonly signaturePath: string
  readonly manifest: StepManifest
  /** Where the program wrote its outputs, by name. */
  readonly paths: Readonly<Record<string, string>>
  readonly data: StepData
  readonly where: string
}

/** How a zip begins. */
const ZIP = Buffer.from('PK\u0003\u0004', 'latin1')

/** The path of the model package of what a program wrote. @throws RegiaError `STEP_OUTPUT_INVALID`, `MODEL_INVALID`. */
export async function makeModel(model: ProgramModel): Promise<string> {
  const bytes = await readFile(model.path)
  const { packageOnnx, readModelPackage } = await import('../../models/index.ts')
  if (bytes.subarray(0, ZIP.length).equals(ZIP)) {
    readModelPackage(bytes)
    return model.path
  }
  const signature = await readSignature(model)
  const reference = await readReference(model, signature)
  const path = `${model.path}.zip`
  await writeFile(path, await packageOnnx({ onnx: bytes, signature, reference }))
  return path
}

async function readSignature({ signaturePath, where }: ProgramModel): Promise<ProgramSignature> {
  const text = await readFile(signaturePath, 'utf8').catch(() => undefined)
  const parsed = programSignatureSchema.safeParse(text === undefined ? undefined : parseJson(text))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new RegiaError(
    'STEP_OUTPUT_INVALID',
    text === undefined
      ? 'The program wrote an ONNX file and no signature beside it.'
      : `The signature beside the ONNX file is wrong${issue?.path.length ? ` at ${issue.path.join('.')}` : ''}: ${issue?.message}.`,
    {
      where,
      hint: `Write JSON such as {"target": "late"} to the path of the ONNX file with ".json" behind it ({out.NAME:signature}).`,
    },
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The rows that tell what the graph does not: types, an example, and what later rows are compared with. */
async function readReference(model: ProgramModel, { reference, columns, target }: ProgramSignature): Promise<Table> {
  const { manifest, data, where } = model
  const tables = tablesOf(model)
  const wanted = columns?.map((column) => (typeof column === 'string' ? column : column.name)) ?? [target]
  const named = reference === undefined ? [...tables.keys()] : [reference]
  for (const name of named) {
    const path = tables.get(name)
    if (path === undefined) continue
    const handle = await data.handleOf(path)
    const known = new Set(handle.columns.map((column) => column.name))
    if (reference !== undefined || wanted.every((column) => known.has(column))) return handle.read()
  }
  const names = [...tables.keys()].join(', ') || 'none'
  throw new RegiaError(
    'STEP_OUTPUT_INVALID',
    reference === undefined
      ? `No table of step "${manifest.step}" has the columns ${wanted.join(', ')}.`
      : `The signature names the reference "${reference}"; the tables of step "${manifest.step}" are: ${names}.`,
    { where, hint: 'Say as "reference" which input or output of the step holds rows of training or test.' },
  )
}

function tablesOf({ manifest, paths }: ProgramModel): ReadonlyMap<string, string> {
  const inputs = Object.entries(manifest.inputs).flatMap(([name, { type, artifacts, isList }]) =>
    type.kind === 'table' && !isList && artifacts[0] ? [[name, artifacts[0].path] as const] : [],
  )
  const outputs = Object.entries(manifest.outputs).flatMap(([name, { kind }]) =>
    kind === 'table' ? [[name, paths[name] ?? ''] as const] : [],
  )
  return new Map([...inputs, ...outputs])
}
