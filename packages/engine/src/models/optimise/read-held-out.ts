import { join } from 'node:path'
import { type ColumnType, RegiaError, type Signature, type Table, type TableSchema } from '@regia/core'
import { createDataEngine } from '../../data/index.ts'
import type { ToOptimiser } from './optimise-messages.ts'

/** A file of text is checked column by column in one statement, which takes megabytes a column. */
const MEMORY_MB = 2048

/**
 * Reads held-out rows with the columns of a model and its target. A file gets the types of the signature, so that text such as "00123" stays
 * text where the model wants it.
 *
 * @throws RegiaError `COLUMN_MISSING`, `DATA_UNREADABLE`, `DATA_EMPTY`; `SCHEMA_VIOLATED` where a row holds what the model does not take.
 */
export async function readHeldOut(
  { rows, tempDir }: Pick<ToOptimiser, 'rows' | 'tempDir'>,
  signature: Signature,
): Promise<Table> {
  const engine = await createDataEngine({ tempDir, threads: 1, memoryLimitMb: MEMORY_MB })
  const columns = [...signature.inputs.map(({ name }) => name), signature.target]
  try {
    if (rows.name === undefined) return await engine.readTable(rows.path, { columns })
    const outputPath = join(tempDir, 'held-out.parquet')
    const { quarantinedRowCount, rowCount, reasons } = await engine.ingest({
      ...{ sourcePath: rows.path, sourceName: rows.name, outputPath },
      quarantinePath: join(tempDir, 'broken.parquet'),
      schema: schemaOf(signature),
    })
    if (quarantinedRowCount > 0) {
      const said = reasons.slice(0, 3).map((each) => `${each.reason} (${each.rowCount})`)
      throw new RegiaError(
        'SCHEMA_VIOLATED',
        `The model does not take ${quarantinedRowCount} of ${rowCount} held-out rows: ${said.join('; ')}.`,
        { where: rows.name, hint: 'Correct the rows or leave them out.' },
      )
    }
    return await engine.readTable(outputPath, { columns })
  } finally {
    await engine.close()
  }
}

const schemaOf = (signature: Signature): TableSchema => ({
  columns: [
    ...signature.inputs.map(({ name, type, nullable }) => ({ name, type, nullable })),
    { name: signature.target, type: targetType(signature), nullable: true },
  ],
  strict: false,
})

/** So that "yes" and "no" are not read as true and false, nor the class 1 as text such as "1.0". */
function targetType({ task, classes = [] }: Signature): ColumnType {
  if (task === 'regression' || classes.every((name) => String(Number(name)) === name)) return 'float'
  return classes.every((name) => name === 'true' || name === 'false') ? 'bool' : 'string'
}
