import type { TrackedRunDetail } from '@regia/core'
import { Link } from '@tanstack/react-router'
import { codeFacts, commitUrl } from './code-facts.ts'

/** The commit of a run, and what was changed since. */
export function CodeLink({ run }: { readonly run: TrackedRunDetail }) {
  const facts = codeFacts(run)
  const url = commitUrl(facts)
  if (!facts.commit) return <span>no commit was noted</span>
  return (
    <span>
      commit {url ? <a href={url}>{facts.commit.slice(0, 10)}</a> : <code>{facts.commit.slice(0, 10)}</code>}
      {facts.isDirty && (
        <>
          {' '}
          with{' '}
          <Link
            to="/experiments/$id/runs/$runId"
            params={{ id: run.experimentId, runId: run.id }}
            search={{ tab: 'files', file: DIFF_PATH }}
          >
            changes
          </Link>
        </>
      )}
    </span>
  )
}

/** Where track() keeps what was changed since the commit. */
export const DIFF_PATH = 'regia/diff.patch'
