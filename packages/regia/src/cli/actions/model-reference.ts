import { RegiaError } from '@regia/core'

export type ModelReference = { readonly model: string; readonly version: string }

/** Takes `penguins@champion` apart. A name may hold an `@` itself: the last one counts. */
export function parseModelReference(text: string): ModelReference {
  const { model, version } = parseModelTarget(text)
  if (model !== '' && version !== undefined && version !== '') return { model, version }
  throw new RegiaError('INVALID_INPUT', `"${text}" does not name a model version.`, {
    hint: 'Write MODEL@ALIAS or MODEL@VERSION, such as penguins@champion or penguins@2.',
  })
}

/** A model, or a version of it. */
export function parseModelTarget(text: string): { readonly model: string; readonly version: string | undefined } {
  const at = text.lastIndexOf('@')
  if (at < 0) return { model: text, version: undefined }
  return { model: text.slice(0, at), version: text.slice(at + 1) }
}
