import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { canonicalJson, isDefinition, RegiaError, type StepManifest, type StepResult } from '@regia/core'
import { type PackageRequest, writeModel } from './model-files.ts'
import { isHandle, isTable, type StepData } from './step-data.ts'
import type { ModelHandle, PortDefinition, StepDefinition, TableOutput } from './step-definition.ts'
import { validateTable } from './validate-table.ts'

type Outputs = Extract<StepResult, { readonly status: 'succeeded' }>['outputs']

/** JSON lives in the database and in every event about it; bigger things are files. */
const MAX_VALUE_BYTES = 262_144

/**
 * Compares what a step's function returned with its ports and writes it into the attempt's folder.
 *
 * @throws RegiaError `STEP_OUTPUT_INVALID` naming the output, what was got and what to do.
 */
export async function writeOutputs(
  definition: Pick<StepDefinition, 'outputs'>,
  returned: unknown,
  manifest: StepManifest,
  data: StepData,
): Promise<Outputs> {
  const ports = Object.entries(definition.outputs)
  const given = asRecord(returned, ports.length === 0, manifest.step)
  const unknown = Object.keys(given).find((name) => !(name in definition.outputs))
  if (unknown !== undefined) {
    throw invalid(`The step returned "${unknown}", which is not among its outputs.`, `step "${manifest.step}"`, {
      hint: `Its outputs are: ${ports.map(([name]) => name).join(', ') || 'none'}.`,
    })
  }
  const outputs: Outputs = {}
  for (const [name, port] of ports) {
    const where = `output "${name}" of step "${manifest.step}"`
    outputs[name] = await writeOutput(port, given[name], where, join(manifest.outputDir, name), data)
  }
  return outputs
}

async function writeOutput(
  port: PortDefinition,
  value: unknown,
  where: string,
  path: string,
  data: StepData,
): Promise<Outputs[string]> {
  switch (port.port) {
    case 'value':
      return { kind: 'value', value: parseValue(port.schema, value, where) }
    case 'table':
      return writeTable(port, value, where, data)
    case 'file':
      return {
        kind: 'file',
        path: await existingFile(value, where),
        ...(port.mediaType && { mediaType: port.mediaType }),
      }
    case 'folder':
      return { kind: 'folder', path: await existingFolder(value, where) }
    case 'model':
      return { kind: 'model', path: await modelPath(value, where, `${path}.zip`) }
    case 'list':
      throw invalid('An output cannot be a list.', where, { hint: 'Declare one output for each thing.' })
  }
}

async function writeTable(
  { schema }: Extract<PortDefinition, { readonly port: 'table' }>,
  value: unknown,
  where: string,
  data: StepData,
): Promise<Outputs[string]> {
  const handle = await data.persist(tableOutput(value, where), where)
  if (schema) await validateTable(handle, schema, where, data)
  return { kind: 'table', path: handle.path, rowCount: handle.rowCount, columns: [...handle.columns] }
}

function tableOutput(value: unknown, where: string): TableOutput {
  if (Array.isArray(value)) return value
  if (typeof value === 'object' && value !== null && (isHandle(value) || isTable(value))) return value
  throw invalid(`Expected a table, got ${describe(value)}.`, where, {
    hint: 'Return what sql() gave, a Table such as makeTable(…) makes, or an array of rows.',
  })
}

function parseValue(
  schema: Extract<PortDefinition, { readonly port: 'value' }>['schema'],
  value: unknown,
  where: string,
): unknown {
  const parsed = schema.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const path = issue?.path.join('.')
    throw invalid(`Its schema says${path ? ` at ${path}` : ''}: ${issue?.message}; got ${describe(value)}.`, where, {
      hint: 'Return what the Zod schema of the output accepts.',
    })
  }
  const sizeBytes = Buffer.byteLength(canonicalJson(parsed.data ?? null))
  if (sizeBytes <= MAX_VALUE_BYTES) return parsed.data
  throw invalid(`The value takes ${sizeBytes} bytes; ${MAX_VALUE_BYTES} are allowed.`, where, {
    hint: 'Return it as a table() or file().',
  })
}

async function existingFile(value: unknown, where: string): Promise<string> {
  const path = pathOf(value)
  if (typeof path !== 'string') throw invalid(`Expected the path of a file, got ${describe(value)}.`, where, FILE_HINT)
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile()) return resolve(path)
  throw invalid(`There is no file "${path}".`, where, FILE_HINT)
}

const FILE_HINT = { hint: 'Write the file into context.dir and return its path.' }

async function existingFolder(value: unknown, where: string): Promise<string> {
  const path = pathOf(value)
  if (typeof path !== 'string') {
    throw invalid(`Expected the path of a folder, got ${describe(value)}.`, where, FOLDER_HINT)
  }
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory()) return resolve(path)
  throw invalid(`There is no folder "${path}".`, where, FOLDER_HINT)
}

const FOLDER_HINT = { hint: 'Make a folder in context.dir, write the files into it and return its path.' }

/** A handle that came in may go out again. */
const pathOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'path' in value ? value.path : value

/** A model that came in may go out again: the best of several. */
async function modelPath(value: unknown, where: string, path: string): Promise<string> {
  if (isPackageRequest(value)) return writeModel(value, path)
  if (isModelHandle(value)) return value.path
  throw invalid(`Expected a packaged model, got ${describe(value)}.`, where, {
    hint: 'Return packageModel(fitted, { train: rows }), or a model that came as an input.',
  })
}

const isModelHandle = (value: unknown): value is ModelHandle =>
  typeof value === 'object' && value !== null && 'manifest' in value && 'path' in value && 'predict' in value

const isPackageRequest = (value: unknown): value is PackageRequest => isDefinition(value, 'packaged-model')

function asRecord(returned: unknown, mayBeEmpty: boolean, step: string): Readonly<Record<string, unknown>> {
  if (mayBeEmpty && (returned === undefined || returned === null)) return {}
  if (typeof returned === 'object' && returned !== null && !Array.isArray(returned)) return { ...returned }
  throw invalid(`Expected an object with one entry per output, got ${describe(returned)}.`, `step "${step}"`, {
    hint: 'Return { outputName: … } from run.',
  })
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'function') return 'a function'
  try {
    return JSON.stringify(value).slice(0, 120)
  } catch {
    return `a ${typeof value}`
  }
}

const invalid = (message: string, where: string, { hint }: { readonly hint: string }) =>
  new RegiaError('STEP_OUTPUT_INVALID', message, { where, hint })
