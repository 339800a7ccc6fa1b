import { type ErrorBody, isErrorCode, RegiaError } from '@regia/core'
import { DISK_FULL_HINT, isDiskFull } from '../steps/disk-full.ts'

/**
 * What user code threw, as an error that shows the author's own lines first.
 *
 * An error of ours (of any copy of the package) keeps its code: it speaks to the author already.
 *
 * @param doing - What was under way, such as `Step "train"`.
 */
export function userCodeError(thrown: unknown, doing: string, projectDir: string): ErrorBody {
  if (isRegiaError(thrown)) return ourError(thrown, projectDir)
  const error = thrown instanceof Error ? thrown : undefined
  const frames = userFrames(error?.stack ?? '', projectDir)
  const place = frames.map((frame) => /\(?([^()\s]+:\d+):\d+\)?$/.exec(frame)?.[1]).find((found) => found)
  const text = error ? `${error.name}: ${error.message}` : `${String(thrown)} (not an Error)`
  return {
    code: 'USER_CODE_FAILED',
    message: `${doing} failed in the project's own code: ${text}`,
    hint:
      missingPackageHint(error) ??
      diskFullHint(error) ??
      'The first line of the stack is where it happened; the fault is not in Regia.',
    ...(place !== undefined && { where: place }),
    stack: [text, ...frames, ...causes(error)].join('\n'),
  }
}

function isRegiaError(thrown: unknown): thrown is RegiaError {
  return thrown instanceof Error && thrown.name === 'RegiaError' && 'code' in thrown && isErrorCode(thrown.code)
}

function ourError(error: RegiaError, projectDir: string): ErrorBody {
  const frames = userFrames(error.stack ?? '', projectDir)
  const body = error instanceof RegiaError ? error.toBody() : RegiaError.prototype.toBody.call(error)
  return frames.length > 0 && body.stack === undefined ? { ...body, stack: [body.message, ...frames].join('\n') } : body
}

/** Frames inside the project, relative to it; those of packages and Node are left out. */
export function userFrames(stack: string, projectDir: string): string[] {
  const folder = projectDir.replaceAll('\\', '/').replace(/\/?$/, '/')
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line) && line.includes(folder) && !line.includes('/node_modules/'))
    .map((line) => line.replaceAll(new RegExp(`[^\\s()]*${escaped(folder)}`, 'g'), ''))
}

/** A test runner that maps stacks itself may write the author's path behind that of the bundle. */
const escaped = (text: string) => text.replace(/[$.*+?^()|[\]{}\\]/g, '\\$&')

const causes = (error: Error | undefined): string[] =>
  error?.cause instanceof Error ? [`  caused by ${error.cause.name}: ${error.cause.message}`] : []

const diskFullHint = (error: Error | undefined) => (error && isDiskFull(error) ? DISK_FULL_HINT : undefined)

function missingPackageHint(error: Error | undefined): string | undefined {
  if (!error || !('code' in error) || error.code !== 'ERR_MODULE_NOT_FOUND') return undefined
  const name = /package '([^']+)'/.exec(error.message)?.[1]
  return name === undefined ? undefined : `The package is not installed here: npm install ${name}`
}
