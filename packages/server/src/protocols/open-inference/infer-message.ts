/** An inference request as every transport hands it over: names and numbers as they came, the elements still packed. */
export type InferMessage = {
  readonly id?: unknown
  readonly parameters: JsonRecord
  readonly inputs: readonly TensorMessage[]
  /** All where absent. */
  readonly outputs?: readonly OutputMessage[]
}

export type JsonRecord = { readonly [key: string]: unknown }

/** An input. */
export type TensorMessage = {
  readonly name: unknown
  readonly datatype: unknown
  readonly shape: unknown
  readonly elements: Elements
}

/** How the elements of an input came. */
export type Elements =
  /** JSON, flat or nested. `exact` reads it again with the integers that a double cannot hold as bigint. */
  | { readonly form: 'json'; readonly data: unknown; readonly exact: () => unknown }
  /** Little-endian, row-major; text with its length before it. */
  | { readonly form: 'binary'; readonly bytes: Uint8Array }
  /** A list of its own for each kind of element; 64-bit integers as bigint, text as bytes. */
  | { readonly form: 'typed'; readonly values: ArrayLike<number | bigint | boolean | Uint8Array> }

/** An output that is asked for. */
export type OutputMessage = { readonly name: unknown; readonly parameters: JsonRecord }
