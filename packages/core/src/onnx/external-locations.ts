import { decodeModel } from './decode-model.ts'

/**
 * The files in which an ONNX model keeps tensors beside itself, as it names them: relative to its own folder where it is sound, but nothing is promised.
 *
 * For whoever must send or check them before the model is read.
 *
 * @throws RegiaError `MODEL_INVALID` when the bytes are no ONNX model.
 * @example externalLocations(bytes) // ['model.onnx.data']
 */
export function externalLocations(bytes: Uint8Array): readonly string[] {
  const locations = new Set<string>()
  decodeModel(bytes, {
    readExternal: ({ location }) => {
      locations.add(location)
      return new Uint8Array()
    },
  })
  return [...locations]
}
