import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { RegiaError, type SecretRef } from '@regia/core'

/** Where secrets are looked for: the variables of this process, and the folder that relative files start at. */
export type SecretPlaces = {
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly projectDir: string
}

const MAX_SECRET_BYTES = 64_000

/**
 * The text behind a reference, read anew each time so that a changed secret counts at once. It is never stored, logged or put into a message.
 *
 * @param whose - What needs it, for the message, such as `catalog entry "flights"`.
 * @throws RegiaError `CONFIG_INVALID` naming the variable or file that is absent, empty or too large.
 */
export async function readSecret(ref: SecretRef, whose: string, places: SecretPlaces): Promise<string> {
  const text = 'env' in ref ? places.variables[ref.env] : await readSmallFile(resolve(places.projectDir, ref.file))
  const secret = text?.trim()
  if (secret) return secret
  const [where, hint] =
    'env' in ref
      ? [ref.env, `Set ${ref.env} in the environment of the server's process and start it again.`]
      : [ref.file, 'Write the secret, and nothing else, into a file that the server may read.']
  const what = 'env' in ref ? `environment variable ${ref.env}` : `file "${ref.file}"`
  throw new RegiaError('CONFIG_INVALID', `The secret of ${whose} is missing: there is nothing in the ${what}.`, {
    where,
    hint,
  })
}

/** {@link readSecret} from the same places each time. */
export const secretReader =
  (places: SecretPlaces) =>
  (ref: SecretRef, whose: string): Promise<string> =>
    readSecret(ref, whose, places)

async function readSmallFile(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined)
  if (!found?.isFile() || found.size > MAX_SECRET_BYTES) return undefined
  return readFile(path, 'utf8').catch(() => undefined)
}
