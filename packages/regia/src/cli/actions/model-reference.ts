import { modelRefSchema, RegiaError } from '@regia/core'

export type ModelReference = { readonly model: string; readonly version: string }

/** Takes `penguins@champion` apart. */
export function parseModelReference(text: string): ModelReference {
  if (!modelRefSchema.safeParse(text).success) {
    throw new RegiaError('INVALID_INPUT', `"${text}" does not name a model version.`, {
      hint: 'Write MODEL@ALIAS or MODEL@VERSION, such as penguins@champion or penguins@2.',
    })
  }
  const at = text.lastIndexOf('@')
  return { model: text.slice(0, at), version: text.slice(at + 1) }
}
