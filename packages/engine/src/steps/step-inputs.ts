import { type Artifact, columnTypeSchema, RegiaError, type StepManifest } from '@regia/core'
import type { StepModels } from './model-files.ts'
import type { StepData } from './step-data.ts'
import type { FolderHandle, PortDefinition, StepDefinition } from './step-definition.ts'

/** Where a step's tables and models come from. */
export type StepFiles = { readonly data: StepData; readonly models: StepModels }

type ManifestInput = StepManifest['inputs'][string]
type Located = ManifestInput['artifacts'][number]

/** What a step's function receives, made of its manifest. @throws RegiaError `STEP_INPUT_MISSING`, `INVALID_INPUT`. */
export async function readInputs(
  definition: Pick<StepDefinition, 'inputs' | 'stepName'>,
  manifest: StepManifest,
  files: StepFiles,
): Promise<Record<string, unknown>> {
  const entries = Object.entries(definition.inputs).map(async ([name, port]) => {
    const where = `input "${name}" of step "${manifest.step}"`
    return [name, await readInput(port, manifest.inputs[name], where, files)] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

function readInput(
  port: PortDefinition,
  input: ManifestInput | undefined,
  where: string,
  files: StepFiles,
): Promise<unknown> | unknown {
  const items = input?.artifacts ?? []
  if (port.port === 'value') return parseValue(port.schema, valueGiven(input), where)
  if (port.port !== 'list') {
    if (input?.isList) throw listForOne(port, items.length, where)
    return readItem(port, items[0], undefined, where, files)
  }
  const { item } = port
  if (items.length > 0) return Promise.all(items.map((located) => readItem(item, located, undefined, where, files)))
  const values = Array.isArray(input?.value) ? input.value : []
  return Promise.all(values.map((value: unknown) => readItem(item, undefined, value, where, files)))
}

/** A list of values may also go into a value port whose schema is an array. */
function valueGiven(input: ManifestInput | undefined): unknown {
  const items = input?.artifacts ?? []
  if (items.length === 0) return input?.value ?? (input?.isList ? [] : undefined)
  return input?.isList ? items.map(({ artifact }) => artifact.value) : items[0]!.artifact.value
}

const listForOne = ({ port }: PortDefinition, count: number, where: string): RegiaError =>
  new RegiaError('INVALID_INPUT', `A list of ${count} came for ${where}, which takes one ${port}.`, {
    where,
    hint: `Declare the input as list(${port}()), or map the step over the list.`,
  })

async function readItem(
  port: PortDefinition,
  located: Located | undefined,
  value: unknown,
  where: string,
  files: StepFiles,
): Promise<unknown> {
  if (port.port === 'value') return parseValue(port.schema, located ? located.artifact.value : value, where)
  if (port.port === 'model' && !located && port.isOptional) return undefined
  if (!located) {
    throw new RegiaError('STEP_INPUT_MISSING', `Nothing came for ${where}.`, {
      where,
      hint: 'The step before it was skipped or made nothing, or the registered model does not exist yet.',
    })
  }
  switch (port.port) {
    case 'table':
      return files.data.handleOf(located.path, knownTable(located.artifact))
    case 'file':
      return { path: located.path, mediaType: located.artifact.mediaType ?? port.mediaType }
    case 'folder':
      return folderHandle(located)
    case 'model':
      return files.models.open(located.path)
    case 'list':
      throw new RegiaError('INVALID_INPUT', 'Lists of lists are not supported.', { where, hint: 'Use one list.' })
  }
}

type ValueSchema = Extract<PortDefinition, { readonly port: 'value' }>['schema']

function parseValue(schema: ValueSchema, value: unknown, where: string): unknown {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  // JSON has no undefined: a parameter that was left out may arrive as null.
  const absent = value === null ? schema.safeParse(undefined) : parsed
  if (absent.success) return absent.data
  const [issue] = parsed.error.issues
  const path = issue?.path.join('.')
  throw new RegiaError(
    'INVALID_INPUT',
    `The value of ${where} is wrong${path ? ` at ${path}` : ''}: ${issue?.message}.`,
    {
      where,
      hint: `Got ${JSON.stringify(value)?.slice(0, 200) ?? 'nothing'}.`,
    },
  )
}

const folderHandle = ({ path, artifact }: Located): FolderHandle => ({
  path,
  count: artifact.count ?? 0,
  sizeBytes: artifact.sizeBytes,
})

function knownTable({ rowCount, columns }: Artifact) {
  if (rowCount === undefined || !columns) return undefined
  return { rowCount, columns: columns.map(({ name, type }) => ({ name, type: columnTypeSchema.parse(type) })) }
}
