import { resolve } from 'node:path'
import { columnTypeSchema, type ImportModel, importSignatureSchema, RegiaError, type Row } from '@regia/core'
import { oneOf } from '../one-of.ts'
import { parseJson, readRows, readText } from '../read-rows.ts'

export type SaidInput = {
  readonly signature: string | undefined
  readonly columns: string | undefined
  readonly classes: string | undefined
  readonly target: string | undefined
  readonly positive: string | undefined
  readonly task: string | undefined
  readonly output: string | undefined
  readonly example: string | undefined
}

/** Options count before the signature's file. */
export async function saidOfModel(
  input: SaidInput,
  folder: string,
): Promise<Pick<ImportModel, 'signature' | 'example'>> {
  const file = input.signature === undefined ? undefined : await readSignature(resolve(folder, input.signature))
  const options = withoutAbsent({
    target: input.target,
    task: input.task === undefined ? undefined : oneOf('--task', ['binary', 'multiclass', 'regression'], input.task),
    positive: input.positive,
    output: input.output,
    classes: input.classes === undefined ? undefined : namesIn(input.classes),
    columns: input.columns === undefined ? undefined : namesIn(input.columns).map(columnOf),
  })
  const example = input.example === undefined ? undefined : await readExample(resolve(folder, input.example))
  return {
    ...((file || Object.keys(options).length > 0) && { signature: { ...file, ...options } }),
    ...(example && { example }),
  }
}

async function readSignature(path: string) {
  const parsed = importSignatureSchema.safeParse(parseJson(await readText(path), path))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new RegiaError('INVALID_INPUT', `The signature is wrong at "${issue?.path.join('.')}": ${issue?.message}.`, {
    where: path,
    hint: 'Write {"target": "late", "columns": ["miles", "carrier"], "classes": ["no", "yes"]}; docs/steps.md names every field.',
  })
}

const namesIn = (text: string): string[] => text.split(',').map((name) => name.trim())

/** `fare`, `fare:float`, `fare:float?` where it may be null. */
function columnOf(text: string) {
  const [, name = text, type, mark] = /^(.*?)(?::(\w+))?(\?)?$/.exec(text) ?? []
  return {
    name,
    ...(type !== undefined && { type: oneOf('--columns', columnTypeSchema.options, type) }),
    ...(mark !== undefined && { nullable: true }),
  }
}

async function readExample(path: string): Promise<Row[]> {
  if (!/\.(csv|tsv|parquet)$/i.test(path)) return readRows(path)
  const { createDataEngine } = await import('@regia/engine')
  const { mkdtemp, rm } = await import('node:fs/promises')
  const { tmpdir } = await import('node:os')
  const { join } = await import('node:path')
  const folder = await mkdtemp(join(tmpdir(), 'regia-example-'))
  const engine = await createDataEngine({ tempDir: folder, threads: 1 })
  try {
    const [outputPath, quarantinePath] = [join(folder, 'rows.parquet'), join(folder, 'broken.parquet')]
    await engine.ingest({ sourcePath: path, outputPath, quarantinePath })
    return [...(await engine.rows({ path: outputPath, limit: 1_000 })).rows]
  } finally {
    await engine.close()
    await rm(folder, { recursive: true, force: true })
  }
}

const withoutAbsent = <Fields extends object>(
  fields: Fields,
): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } =>
  // The one cast: what is left has no undefined values.
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Fields]?: Exclude<Fields[Key], undefined>
  }
