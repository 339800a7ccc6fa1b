import { RegiaError } from '@regia/core'
import { openModel } from '../../open-model.ts'

/**
 * Asks the example as one batch and row by row: requests that arrive together are answered by one call, so that a graph made for one row, or one that
 * looks at its neighbours, would answer wrongly.
 *
 * @throws RegiaError `MODEL_INVALID`.
 */
export async function assertRowsApart(bytes: Uint8Array): Promise<void> {
  const model = await openModel(bytes)
  try {
    await model.selfTest()
  } catch (cause) {
    throw unfit('The graph answers rows otherwise when they come together', cause)
  } finally {
    await model.close()
  }
}

/** Of a graph that answers a row, but not several. */
export const oneRowOnly = (cause: unknown): RegiaError =>
  unfit('The graph was exported for one row: it answers a single one, and fails on several', cause)

const unfit = (fault: string, cause: unknown): RegiaError =>
  new RegiaError(
    'MODEL_INVALID',
    `${fault}: ${(cause instanceof Error ? cause.message : String(cause)).slice(0, 500)}`,
    {
      cause,
      hint: 'Export it for batches of any size, in which rows do not touch each other: torch.onnx.export(model, (x,), "model.onnx", dynamic_shapes=({0: "rows"},)), or dynamic_axes={"x": {0: "rows"}} where dynamo=False.',
    },
  )
