import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRng, RegiaError, selectColumns, type Table } from '@regia/core'
import type { ModelHandle, PortDefinition, StepContext, StepDefinition, TableHandle } from '@regia/engine'

/** What a test may hand to a step: for a table one in memory will do. */
export type TestInput<Input> = Input extends TableHandle
  ? TableHandle | Table
  : Input extends ModelHandle
    ? ModelHandle
    : Input extends readonly (infer Item)[]
      ? readonly TestInput<Item>[]
      : Input

/** Parts of a step's context that a test wants to see or set. */
export type TestContext = Partial<StepContext>

/** Runs a step's function in this process: values are parsed by their schemas, tables in memory become handles. */
export async function runHere(
  definition: StepDefinition,
  inputs: { readonly [name: string]: unknown },
  context: TestContext = {},
): Promise<unknown> {
  const entries = Object.entries(definition.inputs).map(([name, port]) => [
    name,
    toInput(port, inputs[name], `input "${name}" of step "${definition.stepName}"`),
  ])
  return definition.execute(Object.fromEntries(entries), testContext(context))
}

function toInput(port: PortDefinition, given: unknown, where: string): unknown {
  if (port.port === 'list' && Array.isArray(given)) return given.map((item) => toInput(port.item, item, where))
  if (port.port === 'table' && isTable(given)) return tableHandle(given)
  if (port.port !== 'value') return given
  const parsed = port.schema.safeParse(given)
  if (parsed.success) return parsed.data
  throw new RegiaError('INVALID_INPUT', `A value does not fit its schema: ${parsed.error.issues[0]?.message}.`, {
    where,
    hint: 'Pass what the Zod schema of the port accepts.',
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
