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
    throw new RegiaError(
      'MODEL_INVALID',
      `The graph answers rows otherwise when they come together: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
        hint: 'Export it for batches of any size: torch.onnx.export(model, x, "model.onnx", dynamic_shapes=({0: "rows"},)), or dynamic_axes={"x": {0: "rows"}} where dynamo=False.',
      },
    )
  } finally {
    await model.close()
  }
}
