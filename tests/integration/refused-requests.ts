/** A penguin that a model knows at once. */
export const GENTOO = {
  island: 'Biscoe',
  bill_length_mm: 46.1,
  bill_depth_mm: 13.2,
  flipper_length_mm: 211,
  body_mass_g: 4500,
  sex: 'female',
}
/** A request of penguins, each changed a little. */
export const rows = (...changes: readonly object[]) =>
  JSON.stringify({ rows: changes.map((change) => ({ ...GENTOO, ...change })) })
const { island: _, ...NOWHERE } = GENTOO
/** So many lists in each other, as JSON. */
export const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

/** A request that must be refused, and what the refusal must say. */
export type Refused = {
  readonly name: string
  readonly body: string
  readonly status: number
  readonly code: string
  /** Where it says that the fault is; nothing where the whole body is at fault. */
  readonly where?: string
  /** What it says that it got. */
  readonly got: string | RegExp
}

export const PREDICTIONS: readonly Refused[] = [
  {
    name: 'an unknown column',
    body: rows({}, { wings: 2 }),
    status: 422,
    code: 'COLUMN_UNKNOWN',
    where: 'rows[1].wings',
    got: '"wings"',
  },
  {
    name: 'a missing column',
    body: JSON.stringify({ rows: [NOWHERE] }),
    status: 422,
    code: 'COLUMN_MISSING',
    where: 'rows[0].island',
    got: '"island"',
  },
  {
    name: 'a text for a number',
    body: rows({ bill_length_mm: 'long' }),
    status: 422,
    code: 'COLUMN_TYPE',
    where: 'rows[0].bill_length_mm',
    got: '"long"',
  },
  {
    name: 'a number for a text',
    body: rows({ island: 3 }),
    status: 422,
    code: 'COLUMN_TYPE',
    where: 'rows[0].island',
    got: '3',
  },
  {
    name: 'a list in a cell',
    body: rows({ island: ['Biscoe'] }),
    status: 422,
    code: 'COLUMN_TYPE',
    where: 'rows[0].island',
    got: 'a list',
  },
  {
    name: 'NaN',
    body: rows({ bill_length_mm: 0 }).replace(':0', ':NaN'),
    status: 400,
    code: 'INVALID_INPUT',
    got: /JSON/,
  },
  {
    name: 'Infinity',
    body: rows({ bill_length_mm: 0 }).replace(':0', ':Infinity'),
    status: 400,
    code: 'INVALID_INPUT',
    got: /JSON/,
  },
  {
    name: 'a number beyond all floats',
    body: rows({ bill_length_mm: 0 }).replace(':0', ':1e999'),
    status: 422,
    code: 'COLUMN_TYPE',
    where: 'rows[0].bill_length_mm',
    got: 'Infinity',
  },
  { name: 'no rows', body: '{"rows": []}', status: 400, code: 'INVALID_INPUT', where: 'body.rows', got: '0 rows' },
  {
    name: 'an empty row',
    body: '{"rows": [{}]}',
    status: 422,
    code: 'COLUMN_MISSING',
    where: 'rows[0].',
    got: 'missing',
  },
  {
    name: 'too many rows',
    body: JSON.stringify({ rows: Array.from({ length: 10_001 }, () => ({})) }),
    status: 400,
    code: 'INVALID_INPUT',
    where: 'body.rows',
    got: '10001 rows',
  },
  {
    name: 'rows that are none',
    body: '{"rows": [7]}',
    status: 400,
    code: 'INVALID_INPUT',
    where: 'body.rows[0]',
    got: '7',
  },
  { name: 'a body that is a list', body: '[]', status: 400, code: 'INVALID_INPUT', where: 'body', got: 'a list' },
  {
    name: 'an unknown field',
    body: '{"rows": [{}], "time": 3}',
    status: 400,
    code: 'INVALID_INPUT',
    where: 'body.time',
    got: '"time"',
  },
  {
    name: 'an event time that is none',
    body: JSON.stringify({ rows: [GENTOO], at: 'yesterday' }),
    status: 400,
    code: 'INVALID_INPUT',
    where: 'body.at',
    got: '"yesterday"',
  },
  {
    name: 'an event time without a zone',
    body: JSON.stringify({ rows: [GENTOO], at: '2001-04-01T10:00:00' }),
    status: 400,
    code: 'INVALID_INPUT',
    where: 'body.at',
    got: '2001-04-01T10:00:00',
  },
  {
    name: 'an event time of the far future',
    body: JSON.stringify({ rows: [GENTOO], at: '2999-01-01T00:00:00Z' }),
    status: 400,
    code: 'INVALID_INPUT',
    where: 'body.at',
    got: '2999',
  },
  { name: 'half of a JSON', body: '{"rows": [{"island": "Bis', status: 400, code: 'INVALID_INPUT', got: /JSON/ },
  { name: 'nothing', body: '', status: 400, code: 'INVALID_INPUT', got: /body|JSON/i },
  {
    name: 'a hundred thousand levels of lists',
    body: nested(100_000),
    status: 400,
    code: 'INVALID_INPUT',
    got: 'a list',
  },
  {
    name: 'a hundred thousand levels in a cell',
    body: rows({ island: 0 }).replace(':0', `:${nested(100_000)}`),
    status: 422,
    code: 'COLUMN_TYPE',
    where: 'rows[0].island',
    got: 'a list',
  },
  {
    name: 'the prototype of all objects',
    body: rows({ x: 1 }).replace('"x"', '"__proto__"'),
    status: 422,
    code: 'COLUMN_UNKNOWN',
    where: 'rows[0].__proto__',
    got: '__proto__',
  },
]

const tensor = (
  name: string,
  datatype: string,
  data: readonly unknown[],
  shape: readonly number[] = [data.length],
) => ({
  name,
  shape,
  datatype,
  data,
})
export const TENSORS = [
  tensor('island', 'BYTES', ['Biscoe']),
  tensor('bill_length_mm', 'FP64', [46.1]),
  tensor('bill_depth_mm', 'FP64', [13.2]),
  tensor('flipper_length_mm', 'INT64', [211]),
  tensor('body_mass_g', 'INT64', [4500]),
  tensor('sex', 'BYTES', ['female']),
]
/** A request of the tensors with one exchanged, or without it. */
export const infer = (name: string, other?: object) =>
  JSON.stringify({ inputs: TENSORS.flatMap((each) => (each.name === name ? (other ? [other] : []) : [each])) })

export const INFERENCES: readonly Omit<Refused, 'code' | 'where'>[] = [
  {
    name: 'a datatype that is another one',
    body: infer('island', tensor('island', 'FP32', [1])),
    status: 400,
    got: /"island".*FP32.*BYTES/,
  },
  {
    name: 'a shape of three dimensions',
    body: infer('island', tensor('island', 'BYTES', ['a'], [1, 1, 1])),
    status: 400,
    got: /"island".*\[1,1,1\]/,
  },
  {
    name: 'a shape of no rows',
    body: infer('island', tensor('island', 'BYTES', [], [0])),
    status: 400,
    got: /"island".*\[0\]/,
  },
  {
    name: 'a shape of half a row',
    body: infer('island', tensor('island', 'BYTES', ['a'], [0.5])),
    status: 400,
    got: /"island".*\[0.5\]/,
  },
  {
    name: 'fewer elements than its shape says',
    body: infer('island', tensor('island', 'BYTES', ['a'], [2])),
    status: 400,
    got: /"island".*\[2\] but 1/,
  },
  {
    name: 'tensors of different lengths',
    body: infer('island', tensor('island', 'BYTES', ['a', 'b'])),
    status: 400,
    got: /2 rows|1 rows/,
  },
  {
    name: 'an element of another type',
    body: infer('island', tensor('island', 'BYTES', [7])),
    status: 400,
    got: /"island" holds 7/,
  },
  {
    name: 'an unknown input',
    body: infer('island', tensor('wings', 'INT64', [2])),
    status: 400,
    got: /"wings".*"island" \(BYTES\)/,
  },
  { name: 'an input twice', body: infer('sex', TENSORS[0]), status: 400, got: /"island" came twice/ },
  { name: 'a missing input', body: infer('island'), status: 422, got: /"island"/ },
  { name: 'no inputs', body: '{}', status: 400, got: /There are no inputs/ },
  {
    name: 'an unknown output',
    body: JSON.stringify({ inputs: TENSORS, outputs: [{ name: 'wings' }] }),
    status: 400,
    got: /wings/,
  },
  { name: 'half of a JSON', body: '{"inputs": [', status: 400, got: /JSON/ },
]
