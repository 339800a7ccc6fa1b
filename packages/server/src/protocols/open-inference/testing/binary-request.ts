/** A tensor as a request carries it. */
export type BinaryInput = {
  readonly name: string
  readonly datatype: string
  readonly shape: readonly unknown[]
  readonly bytes: Uint8Array
}

/** The body and headers of an inference with binary inputs. */
export function binaryRequest(
  inputs: readonly BinaryInput[],
  more: Readonly<Record<string, unknown>> = { parameters: { binary_data_output: true } },
): { readonly body: Buffer<ArrayBuffer>; readonly headers: Record<string, string> } {
  const json = Buffer.from(
    JSON.stringify({
      inputs: inputs.map(({ name, datatype, shape, bytes }) => ({
        name,
        datatype,
        shape,
        parameters: { binary_data_size: bytes.byteLength },
      })),
      ...more,
    }),
  )
  return {
    body: Buffer.concat([json, ...inputs.map(({ bytes }) => bytes)]),
    headers: { 'content-type': 'application/octet-stream', 'inference-header-content-length': String(json.byteLength) },
  }
}

/** Texts as BYTES elements. */
export const textBytes = (...texts: readonly (string | Uint8Array)[]): Buffer<ArrayBuffer> =>
  Buffer.concat(
    texts.flatMap((text) => {
      const bytes = Buffer.from(text)
      const length = Buffer.alloc(4)
      length.writeUInt32LE(bytes.byteLength)
      return [length, bytes]
    }),
  )

export const doubles = (...values: readonly number[]): Buffer<ArrayBuffer> =>
  Buffer.from(new Float64Array(values).buffer)

export type WireAnswer = {
  readonly status: number
  readonly headers: Headers
  /** The JSON before the tensors. */
  readonly json: ReturnType<typeof JSON.parse>
  /** The tensors by name, as bytes. */
  readonly tensors: Readonly<Record<string, Buffer>>
}

/** Takes a reply apart as the binary tensor extension says. */
export async function readAnswer(response: Response): Promise<WireAnswer> {
  const body = Buffer.from(await response.arrayBuffer())
  const length = response.headers.get('inference-header-content-length')
  const json = JSON.parse(body.subarray(0, length === null ? undefined : Number(length)).toString('utf8'))
  const tensors: Record<string, Buffer> = {}
  let place = Number(length ?? body.byteLength)
  for (const { name, parameters } of json.outputs ?? []) {
    const size = parameters?.binary_data_size
    if (size === undefined) continue
    tensors[name] = body.subarray(place, place + size)
    place += size
  }
  if (place !== body.byteLength) throw new Error(`${body.byteLength - place} bytes of the reply belong to no output`)
  return { status: response.status, headers: response.headers, json, tensors }
}
