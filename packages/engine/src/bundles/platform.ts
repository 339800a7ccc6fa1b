import { RegiaError } from '@regia/core'

/** What a bundle with a native library runs on. */
export const PLATFORMS = ['linux/x64', 'linux/arm64'] as const
export type Platform = (typeof PLATFORMS)[number]

export const archOf = (platform: Platform): 'x64' | 'arm64' => (platform === 'linux/x64' ? 'x64' : 'arm64')

/** @throws RegiaError `INVALID_INPUT` for one for which there is no library. */
export function parsePlatform(text: string): Platform {
  const found = PLATFORMS.find((platform) => platform === text)
  if (found) return found
  throw new RegiaError('INVALID_INPUT', `Bundles are not made for "${text}".`, {
    where: '--platform',
    hint: `Choose ${PLATFORMS.join(' or ')}; the library that runs models has no build for Alpine (musl).`,
  })
}
