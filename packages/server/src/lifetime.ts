type Closer = () => Promise<void> | void

/** What was opened, to be closed in the opposite order. */
export type Lifetime = {
  readonly onClose: (closer: Closer) => void
  /** A second call waits for the first. One thing that fails to close does not keep the others open. */
  readonly close: () => Promise<void>
}

export function createLifetime(onError: (error: unknown) => void): Lifetime {
  const closers: Closer[] = []
  let closing: Promise<void> | undefined
  const closeAll = async () => {
    for (const closer of closers.reverse()) {
      try {
        await closer()
      } catch (error) {
        onError(error)
      }
    }
  }
  return {
    onClose: (closer) => closers.push(closer),
    close: () => {
      closing ??= closeAll()
      return closing
    },
  }
}
