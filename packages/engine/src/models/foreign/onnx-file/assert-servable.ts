import { RegiaError, type Row } from '@regia/core'
import type { ModelSession } from '../../model-session.ts'
import { openModel } from '../../open-model.ts'

/**
 * Asks a package what it will be asked when it serves: its example as one batch and row by row, and a null wherever one is allowed.
 *
 * @throws RegiaError `MODEL_INVALID`.
 */
export async function assertServable(bytes: Uint8Array, example: readonly Row[]): Promise<void> {
  const model = await openModel(bytes)
  try {
    await assertRowsApart(model)
    await assertNullsAnswered(model, example)
  } finally {
    await model.close()
  }
}

/** Requests that arrive together are answered by one call: a graph that looks at its neighbours would answer wrongly. */
async function assertRowsApart(model: ModelSession): Promise<void> {
  await model.selfTest().catch((cause: unknown) => {
    throw unfit('The graph answers rows otherwise when they come together', cause)
  })
}

async function assertNullsAnswered(model: ModelSession, [row]: readonly Row[]): Promise<void> {
  const known = Object.fromEntries(model.signature.inputs.map(({ name }) => [name, row?.[name] ?? null]))
  for (const { name, nullable } of model.signature.inputs) {
    if (!nullable) continue
    const { scores } = await model.predictRows([{ ...known, [name]: null }])
    if (scores.every((score) => Number.isFinite(score))) continue
    throw new RegiaError('MODEL_INVALID', `Column "${name}" may be null, but then the graph answers no number.`, {
      where: name,
      hint: 'Say that it may not, or put an imputer in front of the model when it is converted.',
    })
  }
}

const unfit = (fault: string, cause: unknown): RegiaError =>
  new RegiaError(
    'MODEL_INVALID',
    `${fault}: ${(cause instanceof Error ? cause.message : String(cause)).slice(0, 500)}`,
    {
      cause,
      hint: 'Export it for batches of any size, in which rows do not touch each other: torch.onnx.export(model, (x,), "model.onnx", dynamic_shapes=({0: "rows"},)), or dynamic_axes={"x": {0: "rows"}} where dynamo=False.',
    },
  )
