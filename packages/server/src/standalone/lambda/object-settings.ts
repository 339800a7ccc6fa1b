import { RegiaError } from '@regia/core'
import type { S3Options, S3Place } from './s3-client.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** Which objects are scored, and where their results go. */
export type ObjectSettings = {
  readonly input: { readonly bucket: string; readonly prefix: string }
  readonly output: { readonly bucket: string; readonly prefix: string }
  readonly s3: S3Options
}

/** @throws RegiaError `CONFIG_INVALID` with the variable's name, and where results would be scored again. */
export function readObjectSettings(variables: Variables): ObjectSettings {
  const input = { bucket: needed(variables, 'INPUT_BUCKET'), prefix: variables.INPUT_PREFIX ?? '' }
  const output = { bucket: needed(variables, 'OUTPUT_BUCKET'), prefix: variables.OUTPUT_PREFIX ?? '' }
  if (input.bucket === output.bucket && overlap(input.prefix, output.prefix)) throw circle(input.bucket)
  return {
    input,
    output,
    s3: {
      region: needed(variables, 'AWS_REGION'),
      endpoint: variables.AWS_ENDPOINT_URL_S3 || undefined,
      credentials: {
        accessKeyId: needed(variables, 'AWS_ACCESS_KEY_ID'),
        secretAccessKey: needed(variables, 'AWS_SECRET_ACCESS_KEY'),
        sessionToken: variables.AWS_SESSION_TOKEN || undefined,
      },
    },
  }
}

/** Where the result of an object goes; `undefined` for one that is not to be scored. The same object always has the same place. */
export function outputOf({ bucket, key }: S3Place, { input, output }: ObjectSettings): S3Place | undefined {
  if (bucket !== input.bucket || !key.startsWith(input.prefix) || key.endsWith('/')) return undefined
  return { bucket: output.bucket, key: output.prefix + key.slice(input.prefix.length) }
}

const overlap = (one: string, other: string): boolean => one.startsWith(other) || other.startsWith(one)

function needed(variables: Variables, name: string): string {
  const value = variables[name]
  if (value) return value
  throw new RegiaError('CONFIG_INVALID', `${name} is not set.`, {
    where: name,
    hint: 'template.yaml sets it; set it in the environment of the function.',
  })
}

const circle = (bucket: string): RegiaError =>
  new RegiaError(
    'CONFIG_INVALID',
    `Results would land where objects are scored, in "${bucket}", and be scored again.`,
    {
      where: 'OUTPUT_PREFIX',
      hint: 'Use another bucket, or prefixes of which neither begins with the other, such as "in/" and "out/".',
    },
  )
