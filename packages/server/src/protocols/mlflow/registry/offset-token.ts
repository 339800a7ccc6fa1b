import { invalidParameter } from '../wire/index.ts'

/** Where a page begins, as a text that says nothing to its reader. */
export const encodeOffset = (offset: number): string => Buffer.from(JSON.stringify({ offset })).toString('base64')

/** @throws MlflowError for what is no token. */
export function decodeOffset(token: string | undefined): number {
  if (!token) return 0
  const digits = /^\{"offset": ?(\d{1,9})\}$/.exec(Buffer.from(token, 'base64').toString('utf8'))?.[1]
  if (digits !== undefined) return Number(digits)
  throw invalidParameter('Invalid page token, could not base64-decode')
}
