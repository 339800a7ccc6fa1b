import type { TrackedDataset } from '@regia/core'
import { formatCount } from '../kernel/format.ts'

/** `1,200 × 14`, as far as the client described it. */
export function datasetShape({ profile, schema }: Pick<TrackedDataset, 'profile' | 'schema'>): string {
  const rows = numberIn(parsed(profile), 'num_rows')
  const columns = columnCount(parsed(schema))
  if (rows === undefined && columns === undefined) return '–'
  return `${rows === undefined ? '?' : formatCount(rows)} × ${columns === undefined ? '?' : formatCount(columns)}`
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const numberIn = (value: unknown, key: string): number | undefined => {
  const found = isRecord(value) ? value[key] : undefined
  return typeof found === 'number' ? found : undefined
}

// MLflow writes `{"mlflow_colspec": […]}`; others a list of columns, or columns by name.
function columnCount(schema: unknown): number | undefined {
  if (Array.isArray(schema)) return schema.length
  if (!isRecord(schema)) return undefined
  const columns = schema.mlflow_colspec ?? schema.columns
  if (Array.isArray(columns)) return columns.length
  return isRecord(columns) ? Object.keys(columns).length : undefined
}
