declare const content: unique symbol

/** JSON kept as text, so that the schema is the same on every database. Only `encodeJson` makes one, so decoding can trust it. */
export type JsonText<T> = string & { readonly [content]: T }

export const encodeJson = <T>(value: T): JsonText<T> => JSON.stringify(value) as JsonText<T>

// The one cast: the text was made by encodeJson from a T and nothing else writes the column.
export const decodeJson = <T>(text: JsonText<T>): T => JSON.parse(text) as T

export const decodeOptionalJson = <T>(text: JsonText<T> | null): T | undefined =>
  text === null ? undefined : decodeJson(text)
