import { mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  canonicalJson,
  jsonSchemaFault,
  type PortType,
  RegiaError,
  type StepManifest,
  type StepResult,
} from '@regia/core'
import type { StepData } from '../step-data.ts'
import { validateTable } from '../validate-table.ts'
import { endingOf } from './media-types.ts'
import { makeModel } from './program-model.ts'

type Outputs = Extract<StepResult, { readonly status: 'succeeded' }>['outputs']
type Output = Outputs[string]

/** Where a program writes its outputs, by name. */
export type OutputPaths = Readonly<Record<string, string>>

/** The same bound as for steps in TypeScript: JSON lives in the database. */
const MAX_VALUE_BYTES = 262_144

/** The path of each output; the folders among them are made. @param asCsv - Tables that the program writes as CSV. */
export async function outputPaths(
  manifest: StepManifest,
  dir: string,
  asCsv: ReadonlySet<string>,
): Promise<OutputPaths> {
  const entries = Object.entries(manifest.outputs).map(async ([name, type]) => {
    const path = join(dir, `${name}${asCsv.has(name) ? '.csv' : endingOfPort(type)}`)
    if (type.kind === 'folder') await mkdir(path, { recursive: true })
    return [name, path] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

function endingOfPort(type: PortType): string {
  if (type.kind === 'file') return endingOf(type.mediaType)
  return { value: '.json', report: '.json', table: '.parquet', model: '.onnx', folder: '' }[type.kind]
}

export const signaturePath = (modelPath: string): string => `${modelPath}.json`

/**
 * Reads what a program made, and compares it with its ports.
 *
 * @throws RegiaError `STEP_OUTPUT_INVALID` naming the output that is missing, undeclared or wrong.
 */
export async function readOutputs(
  manifest: StepManifest,
  paths: OutputPaths,
  dir: string,
  data: StepData,
): Promise<Outputs> {
  await assertDeclared(manifest, paths, dir)
  const outputs: Outputs = {}
  for (const [name, type] of Object.entries(manifest.outputs)) {
    const where = `output "${name}" of step "${manifest.step}", attempt ${manifest.attempt}`
    const path = paths[name] ?? ''
    await assertMade(path, type, where)
    outputs[name] = await readOutput(type, path, where, { manifest, paths, data })
  }
  return outputs
}

type Context = { readonly manifest: StepManifest; readonly paths: OutputPaths; readonly data: StepData }

async function readOutput(type: PortType, path: string, where: string, context: Context): Promise<Output> {
  switch (type.kind) {
    case 'value':
      return { kind: 'value', value: await readValue(type.schema, path, where) }
    case 'report':
      return { kind: 'report', value: await readValue({}, path, where) }
    case 'table':
      return readTable(type, path, where, context.data)
    case 'file':
      return { kind: 'file', path, ...(type.mediaType !== undefined && { mediaType: type.mediaType }) }
    case 'folder':
      return { kind: 'folder', path }
    case 'model':
      return { kind: 'model', path: await makeModel({ ...context, path, signaturePath: signaturePath(path), where }) }
  }
}

async function readValue(schema: Readonly<Record<string, unknown>>, path: string, where: string): Promise<unknown> {
  const { size } = await stat(path)
  if (size > 4 * MAX_VALUE_BYTES) throw tooLarge(size, where)
  const value = parse(await readFile(path, 'utf8'), where)
  const fault = jsonSchemaFault(schema, value)
  if (fault !== undefined) {
    throw invalid(
      `Its schema says ${fault}; got ${JSON.stringify(value).slice(0, 120)}.`,
      where,
      'Write JSON that the schema of the output accepts.',
    )
  }
  const sizeBytes = Buffer.byteLength(canonicalJson(value))
  if (sizeBytes > MAX_VALUE_BYTES) throw tooLarge(sizeBytes, where)
  return value
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const got = text.slice(0, 80)
    throw invalid(
      `It is no JSON (${String(error)}); it begins ${JSON.stringify(got)}.`,
      where,
      'JSON knows no NaN and no Infinity: write null.',
    )
  }
}

async function readTable(
  { schema }: Extract<PortType, { readonly kind: 'table' }>,
  path: string,
  where: string,
  data: StepData,
): Promise<Output> {
  const parquet = path.endsWith('.csv') ? path.replace(/\.csv$/, '.parquet') : path
  if (parquet !== path) await data.convert(path, parquet)
  const handle = await data.handleOf(parquet).catch((error: unknown) => {
    if (!(error instanceof RegiaError)) throw error
    throw invalid(`It cannot be read as a table: ${error.message}`, where, error.hint ?? 'Write a Parquet file.')
  })
  if (schema) await validateTable(handle, schema, where, data)
  return { kind: 'table', path: parquet, rowCount: handle.rowCount, columns: [...handle.columns] }
}

async function assertMade(path: string, type: PortType, where: string): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (!found)
    throw invalid('The program did not write it.', where, `It was to write ${path}, which {out.…} stands for.`)
  if (type.kind === 'folder' ? found.isDirectory() : found.isFile()) {
    if (type.kind === 'folder' || type.kind === 'file' || found.size > 0) return
    throw invalid('The program left it empty.', where, 'Close the file before the program ends.')
  }
  throw invalid(
    `It is ${found.isDirectory() ? 'a folder' : 'no plain file'}.`,
    where,
    'Write a file at the path that {out.…} stands for.',
  )
}

async function assertDeclared(manifest: StepManifest, paths: OutputPaths, dir: string): Promise<void> {
  const models = Object.entries(manifest.outputs).filter(([, { kind }]) => kind === 'model')
  const known = new Set([...Object.values(paths), ...models.map(([name]) => signaturePath(paths[name] ?? ''))])
  const unknown = (await readdir(dir)).filter((name) => !known.has(join(dir, name))).sort()
  if (unknown.length === 0) return
  const names = Object.keys(manifest.outputs).join(', ') || 'none'
  throw invalid(
    `The program wrote ${unknown.slice(0, 5).join(', ')} among its outputs, which are: ${names}.`,
    `step "${manifest.step}", attempt ${manifest.attempt}`,
    'Declare an output for it in "out", or write it to {dir} or TMPDIR.',
  )
}

const tooLarge = (sizeBytes: number, where: string) =>
  invalid(
    `The value takes ${sizeBytes} bytes; ${MAX_VALUE_BYTES} are allowed.`,
    where,
    'Declare it as a table() or file().',
  )

const invalid = (message: string, where: string, hint: string): RegiaError =>
  new RegiaError('STEP_OUTPUT_INVALID', message, { where, hint })
