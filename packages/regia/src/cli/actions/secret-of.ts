import { RegiaError, type SecretRef } from '@regia/core'

export type SecretInput = { readonly secretEnv: string | undefined; readonly secretFile: string | undefined }

/** A secret is named, never given: a command line can be read by others. */
export function secretOf({ secretEnv, secretFile }: SecretInput): SecretRef | undefined {
  if (secretEnv !== undefined && secretFile !== undefined) {
    throw new RegiaError('INVALID_INPUT', 'The secret is either in a variable or in a file.', {
      where: '--secret-env, --secret-file',
      hint: 'Give one of the two.',
    })
  }
  if (secretEnv !== undefined) return { env: secretEnv }
  return secretFile === undefined ? undefined : { file: secretFile }
}
