import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRng, RegiaError, type Row, selectColumns, type Table } from '@regia/core'
import type { ModelHandle, PortDefinition, StepContext, StepDefinition, TableHandle, ValueParser } from '@regia/engine'

/** What a test may hand to a step: for a table one in memory will do, or rows. */
export type TestInput<Input> = Input extends TableHandle
  ? TableHandle | Table | readonly Row[]
  : Input extends ModelHandle
    ? ModelHandle
    : Input extends readonly (infer Item)[]
      ? readonly TestInput<Item>[]
      : Input

/** Parts of a step's context that a test wants to see or set. */
export type TestContext = Partial<StepContext>

/** Runs a step's function in this process: values are parsed by their schemas, tables in memory become handles, going in and coming out. */
export async function runHere(
  definition: StepDefinition,
  inputs: { readonly [name: string]: unknown },
  context: TestContext = {},
): Promise<unknown> {
  const entries = Object.entries(definition.inputs).map(async ([name, port]) => [
    name,
    await toInput(port, inputs[name], `input "${name}" of step "${definition.stepName}"`),
  ])
  const returned = await definition.execute(Object.fromEntries(await Promise.all(entries)), testContext(context))
  const given: { readonly [name: string]: unknown } = { ...(typeof returned === 'object' ? returned : undefined) }
  const outputs = Object.entries(definition.outputs).map(async ([name, port]) => [
    name,
    await toOutput(port, given[name], `output "${name}" of step "${definition.stepName}"`),
  ])
  return Object.fromEntries(await Promise.all(outputs))
}

async function toInput(port: PortDefinition, given: unknown, where: string): Promise<unknown> {
  if (port.port === 'list' && Array.isArray(given)) {
    return Promise.all(given.map((item) => toInput(port.item, item, where)))
  }
  if (port.port === 'table' && Array.isArray(given)) {
    return tableHandle((await import('@regia/engine')).tableOfRows(given, where))
  }
  if (port.port === 'table' && isTable(given)) return tableHandle(given)
  return port.port === 'value' ? parseValue(port.schema, given, where, 'INVALID_INPUT') : given
}

async function toOutput(port: PortDefinition, given: unknown, where: string): Promise<unknown> {
  if (port.port === 'value') return parseValue(port.schema, given, where, 'STEP_OUTPUT_INVALID')
  if (port.port === 'file' || port.port === 'folder') return typeof given === 'string' ? { path: given } : given
  if (port.port !== 'table') return given
  if (Array.isArray(given)) return tableHandle((await import('@regia/engine')).tableOfRows(given, where))
  return isTable(given) ? tableHandle(given) : given
}

function parseValue(
  schema: ValueParser,
  given: unknown,
  where: string,
  code: 'INVALID_INPUT' | 'STEP_OUTPUT_INVALID',
): unknown {
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  throw new RegiaError(code, `A value does not fit its schema: ${parsed.error.issues[0]?.message}.`, {
    where,
    hint: 'Give what the Zod schema of the port accepts.',
  })
}

const isTable = (given: unknown): given is Table =>
  typeof given === 'object' && given !== null && 'rowCount' in given && 'columns' in given && !('read' in given)

/**
 * A table in memory as a step sees tables.
 *
 * @example await train.run({ rows: tableHandle(makeTable({ x: floatColumn([1, 2]) })) })
 */
export function tableHandle(table: Table): TableHandle {
  return {
    rowCount: table.rowCount,
    columns: Object.entries(table.columns).map(([name, { type }]) => ({ name, type })),
    path: '',
    read: async (columns) => (columns ? selectColumns(table, columns) : table),
  }
}

function testContext(given: TestContext): StepContext {
  const seed = given.seed ?? '0'
  let made: string | undefined
  const dir = () => {
    made ??= mkdtempSync(join(tmpdir(), 'regia-step-'))
    return made
  }
  const context: StepContext = {
    log: () => undefined,
    progress: () => undefined,
    metric: () => undefined,
    seed,
    rng: createRng(seed),
    get dir() {
      return dir()
    },
    signal: new AbortController().signal,
    sql: async (text, options) => (await import('@regia/engine')).queryTables(text, options?.tables ?? {}, dir()),
  }
  return Object.defineProperties(context, Object.getOwnPropertyDescriptors(given))
}
