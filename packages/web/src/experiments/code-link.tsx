import type { TrackedRunDetail } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { commitUrl } from './code-facts.ts'
import { codeQuery } from './code-query.ts'

const SHOWN = 10

/** The commit of a run, on its page where that is known. */
export function Commit({ run }: { readonly run: TrackedRunDetail }) {
  const { data: facts } = useQuery(codeQuery(run))
  if (!facts) return <>…</>
  if (!facts.commit) return <>not noted</>
  const url = commitUrl(facts)
  const short = <code title={facts.commit}>{facts.commit.slice(0, SHOWN)}</code>
  return url ? <a href={url}>{short}</a> : short
}

/** What was changed since the commit, and on which branch that was. */
export function Changes({ run }: { readonly run: TrackedRunDetail }) {
  const { data: facts } = useQuery(codeQuery(run))
  if (!facts?.commit) return <>no commit was noted</>
  const branch = facts.branch ? `on ${facts.branch}` : ''
  if (facts.isDirty === undefined) return <>whether it was changed was not noted {branch}</>
  if (!facts.isDirty) return <>as it was committed {branch}</>
  return (
    <>
      with{' '}
      {facts.diffFile ? (
        <Link
          to="/experiments/$id/runs/$runId"
          params={{ id: run.experimentId, runId: run.id }}
          search={{ tab: 'files', file: facts.diffFile }}
        >
          uncommitted changes
        </Link>
      ) : (
        'uncommitted changes'
      )}{' '}
      {branch}
    </>
  )
}

/** Both in one line. */
export function CodeLine({ run }: { readonly run: TrackedRunDetail }) {
  const { data: facts } = useQuery(codeQuery(run))
  return (
    <p>
      {facts?.commit && (
        <>
          commit <Commit run={run} />{' '}
        </>
      )}
      <Changes run={run} />
    </p>
  )
}
