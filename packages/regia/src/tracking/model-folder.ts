import { type ColumnType, RegiaError, type Row } from '@regia/core'

export type ModelOptions = {
  /** The folder that it is kept in; `model` where absent. */
  readonly name?: string
  /** The raw columns in the order in which the graph takes them; those of `example`, else one for each number of its inputs, where absent. */
  readonly columns?: Readonly<Record<string, ColumnType>>
  /** Some rows, for whoever tries the model; they must have every column. */
  readonly example?: readonly Row[]
}

export const ONNX_FILE = 'model.onnx'
const EXAMPLE_FILE = 'serving_input_example.json'

const FIELD_TYPES: { readonly [Type in ColumnType]: string } = {
  float: 'double',
  int: 'long',
  bool: 'boolean',
  string: 'string',
  timestamp: 'datetime',
}

/**
 * The files beside an ONNX graph that make its folder a model that can be registered and served here, and loaded by MLflow's clients, whose
 * form this is: what it is and which columns it takes.
 *
 * @see https://mlflow.org/docs/latest/ml/model/
 * @throws RegiaError `INVALID_INPUT` where the example lacks a column.
 */
export function modelFiles(runId: string, nowMs: number, options: ModelOptions): ReadonlyMap<string, string> {
  const { name = 'model', example } = options
  const columns = options.columns ?? columnsOf(example?.[0])
  if (columns && example) assertColumns(example, Object.keys(columns))
  const fields = columns && Object.entries(columns).map(([column, type]) => fieldOf(column, type))
  const description = {
    artifact_path: name,
    flavors: {
      onnx: { code: null, data: ONNX_FILE, onnx_session_options: null, providers: ['CPUExecutionProvider'] },
      python_function: { loader_module: 'mlflow.onnx', data: ONNX_FILE },
    },
    run_id: runId,
    utc_time_created: new Date(nowMs).toISOString().replace('T', ' ').replace('Z', '000'),
    ...(fields && { signature: { inputs: JSON.stringify(fields), outputs: null, params: null } }),
    ...(example && { saved_input_example_info: { serving_input_path: EXAMPLE_FILE, type: 'json_object' } }),
  }
  const files = new Map([['MLmodel', `${JSON.stringify(description, undefined, 2)}\n`]]) // JSON is YAML
  if (example) files.set(EXAMPLE_FILE, JSON.stringify({ dataframe_records: example }))
  return files
}

const fieldOf = (name: string, type: ColumnType) => ({ type: FIELD_TYPES[type], name, required: true })

function columnsOf(row: Row | undefined): Readonly<Record<string, ColumnType>> | undefined {
  return row && Object.fromEntries(Object.entries(row).map(([name, value]) => [name, typeOf(value)]))
}

/** Whole numbers of an example may be any numbers. */
function typeOf(value: unknown): ColumnType {
  if (typeof value === 'boolean') return 'bool'
  return typeof value === 'string' ? 'string' : 'float'
}

function assertColumns(example: readonly Row[], names: readonly string[]): void {
  for (const [i, row] of example.entries()) {
    const missing = names.find((name) => !(name in row))
    if (missing === undefined) continue
    throw new RegiaError('INVALID_INPUT', `Row ${i + 1} of the example has no "${missing}".`, {
      where: 'example',
      hint: 'Give rows with every column that the model takes.',
    })
  }
}
