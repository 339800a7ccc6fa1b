import { RegiaError } from '@regia/core'
import { z } from 'zod'

/** One input or output of a model as its folder describes it. */
export type MlmodelField = {
  readonly name: string | undefined
  readonly isRequired: boolean
} & (
  | { readonly kind: 'column'; readonly type: string }
  | { readonly kind: 'tensor'; readonly elementType: string; readonly shape: readonly number[] }
)

/** What the file `MLmodel` of a logged model says, as far as it matters for serving. */
export type Mlmodel = {
  readonly flavors: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Nothing where the model was logged without a signature. */
  readonly inputs: readonly MlmodelField[] | undefined
  /** Paths within the folder, the likelier first. */
  readonly examples: readonly string[]
}

const documentSchema = z.object({
  flavors: z.record(z.string(), z.record(z.string(), z.unknown()).nullable()),
  signature: z.object({ inputs: z.unknown() }).nullish(),
  saved_input_example_info: z
    .object({ artifact_path: z.string().nullish(), serving_input_path: z.string().nullish() })
    .nullish(),
})

const fieldSchema = z.union([
  z.object({
    type: z.literal('tensor'),
    name: z.string().nullish(),
    'tensor-spec': z.object({ dtype: z.string(), shape: z.array(z.number().int()) }),
  }),
  z.object({
    type: z.string(),
    name: z.string().nullish(),
    required: z.boolean().nullish(),
    /** Of older clients. */
    optional: z.boolean().nullish(),
  }),
])

/**
 * Reads the file `MLmodel` that lies in every folder of a model that MLflow's client logged.
 *
 * @throws RegiaError `MODEL_INVALID` for what is no such file.
 * @see https://mlflow.org/docs/latest/ml/model/
 */
export async function readMlmodel(text: string): Promise<Mlmodel> {
  const { parse } = await import('yaml')
  const document = documentSchema.safeParse(attempt(() => parse(text, { maxAliasCount: 0 })))
  if (!document.success) throw notMlmodel(document.error.issues[0]?.message)
  const { flavors, signature, saved_input_example_info: example } = document.data
  return {
    flavors: Object.fromEntries(Object.entries(flavors).map(([name, settings]) => [name, settings ?? {}])),
    inputs: readFields(signature?.inputs),
    examples: [example?.serving_input_path, example?.artifact_path].filter((path) => typeof path === 'string'),
  }
}

/** A signature is JSON in a text of the YAML. */
function readFields(written: unknown): readonly MlmodelField[] | undefined {
  if (written === undefined || written === null) return undefined
  const json: unknown = typeof written === 'string' ? attempt(() => JSON.parse(written)) : written
  const fields = z.array(fieldSchema).safeParse(json)
  if (!fields.success) throw notMlmodel('its signature cannot be read')
  return fields.data.map((field) =>
    'tensor-spec' in field
      ? {
          kind: 'tensor',
          name: field.name ?? undefined,
          isRequired: true,
          elementType: field['tensor-spec'].dtype,
          shape: field['tensor-spec'].shape,
        }
      : {
          kind: 'column',
          name: field.name ?? undefined,
          isRequired: field.required ?? !(field.optional ?? false),
          type: field.type,
        },
  )
}

function attempt(read: () => unknown): unknown {
  try {
    return read()
  } catch {
    return undefined
  }
}

const notMlmodel = (fault: string | undefined): RegiaError =>
  new RegiaError('MODEL_INVALID', `Its file MLmodel cannot be read: ${fault ?? 'it is no YAML'}.`, {
    where: 'MLmodel',
    hint: 'Log the model again with mlflow.onnx.log_model.',
  })
