import type { TrackedRun } from '@regia/core'

/** From which code a run came, as far as its tags say. */
export type CodeFacts = {
  readonly commit: string | undefined
  readonly repository: string | undefined
  readonly isDirty: boolean
  readonly command: string | undefined
}

const first = (tags: Readonly<Record<string, string>>, pattern: RegExp): string | undefined => {
  const key = Object.keys(tags).find((each) => pattern.test(each))
  return key === undefined ? undefined : tags[key]
}

/** Read from the tags of track() and of mlflow clients alike. */
export function codeFacts({ tags }: Pick<TrackedRun, 'tags'>): CodeFacts {
  return {
    commit: first(tags, /git[._]?commit$/i),
    repository: first(tags, /git[._]?(repo(sitory)?(url)?|remote|url)$/i),
    isDirty: first(tags, /git[._]?dirty$/i) === 'true',
    command: first(tags, /(^|\.)command$/i) ?? first(tags, /source\.name$/i),
  }
}

/** The page of a commit, where the repository is one whose pages are known to look like that. */
export function commitUrl({ commit, repository }: CodeFacts): string | undefined {
  const host = /^(?:https:\/\/|git@)(github\.com|gitlab\.com|codeberg\.org)[/:]([\w.-]+\/[\w.-]+?)(?:\.git)?$/.exec(
    repository ?? '',
  )
  return host && commit && /^[0-9a-f]{7,64}$/.test(commit)
    ? `https://${host[1]}/${host[2]}/${host[1] === 'gitlab.com' ? '-/' : ''}commit/${commit}`
    : undefined
}
