import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { RegiaError, type SecretRef } from '@regia/core'

/** The text behind a reference, for a command: from this process's variables, or from a file that starts at the project's folder. @throws RegiaError `CONFIG_INVALID`. */
export async function readSecretHere(
  ref: SecretRef,
  whose: string,
  variable: (name: string) => string | undefined,
  projectDir: string,
): Promise<string> {
  const text =
    'env' in ref ? variable(ref.env) : await readFile(resolve(projectDir, ref.file), 'utf8').catch(() => undefined)
  const secret = text?.trim()
  if (secret) return secret
  const where = 'env' in ref ? ref.env : ref.file
  throw new RegiaError('CONFIG_INVALID', `There is nothing in ${where}, where ${whose} should be.`, {
    where,
    hint: 'env' in ref ? `Set ${where} and try again.` : 'Write it, and nothing else, into this file.',
  })
}
