import { RegiaError } from '@regia/core'
import { type BundleFile, zipArchive } from '@regia/engine'

/** What Lambda takes. @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const LAMBDA_LIMITS = { zippedBytes: 50 * 2 ** 20, unzippedBytes: 250 * 2 ** 20 } as const

type Limits = { readonly zippedBytes: number; readonly unzippedBytes: number }

/**
 * The zip of a function. Equal files give equal bytes.
 *
 * @throws RegiaError `INVALID_INPUT` naming the sizes when it is larger than Lambda takes.
 */
export function functionZip(files: readonly BundleFile[], limits: Limits = LAMBDA_LIMITS): Uint8Array {
  const unzippedBytes = files.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0)
  assertFits('unzipped', unzippedBytes, limits.unzippedBytes, files)
  const zipped = zipArchive(files)
  assertFits('zipped', zipped.byteLength, limits.zippedBytes, files)
  return zipped
}

function assertFits(how: string, sizeBytes: number, limit: number, files: readonly BundleFile[]): void {
  if (sizeBytes <= limit) return
  const largest = [...files]
    .map(({ path, content }) => ({ path, size: Buffer.byteLength(content) }))
    .sort((a, b) => b.size - a.size)
    .slice(0, 3)
    .map(({ path, size }) => `${path} ${megabytes(size)}`)
  throw new RegiaError(
    'INVALID_INPUT',
    `The function is ${megabytes(sizeBytes)} ${how}; Lambda takes ${megabytes(limit)}. Largest: ${largest.join(', ')}.`,
    {
      where: '--to lambda',
      hint: 'Make the model smaller with "regia models optimise", take linux/arm64, whose library is half as large, or bundle it for ecs or docker.',
      data: { sizeBytes, limitBytes: limit },
    },
  )
}

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`
