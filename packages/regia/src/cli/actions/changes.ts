type Change = { readonly part: string; readonly before?: string | undefined; readonly now?: string | undefined }

const short = (text: string | undefined) =>
  text === undefined
    ? 'nothing'
    : text.startsWith('sha256:')
      ? text.slice(7, 15)
      : text.length > 40
        ? `${text.slice(0, 40)}…`
        : text

/** What differs from the run before, part by part. */
export const describeChanges = (changes: readonly Change[]): string =>
  changes.map(({ part, before, now }) => `${part}: ${short(before)} → ${short(now)}`).join('; ')
