import { answeredByFacts, type ModelVersion } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { trackedRunQuery } from '../experiments/queries.ts'
import { Facts } from '../kernel/facts.tsx'
import { Card, Section } from '../kernel/section.tsx'

/** Where the files of a version came from, who answers in their place, and what was noted on the way in; nothing for one that a pipeline made, whose lineage says it. */
export function OriginPanel({ version }: { readonly version: ModelVersion }) {
  const { runId, source, loggedModelId, runLink, lineage, package: manifest } = version
  const { data: run } = useQuery({ ...trackedRunQuery(runId ?? ''), enabled: runId !== undefined })
  const facts = [
    ...(run
      ? [
          [
            'run',
            <Link key="run" to="/experiments/$id/runs/$runId" params={{ id: run.experimentId, runId: run.id }}>
              {run.name}
            </Link>,
          ] as const,
        ]
      : []),
    ...(lineage.origin
      ? [['came as a package of', `${lineage.origin.model} version ${lineage.origin.version}, elsewhere`] as const]
      : []),
    ...(source ? [['source', <code key="source">{source}</code>] as const] : []),
    ...(loggedModelId ? [['logged model', <code key="logged">{loggedModelId}</code>] as const] : []),
    ...(runLink ? [['link', runLink] as const] : []),
    ...(manifest?.answeredBy ? answeredByFacts(manifest.answeredBy) : []),
    ...(manifest?.notes ? [['noted', manifest.notes.join(' ')] as const] : []),
  ]
  if (facts.length === 0 || (source === undefined && lineage.runId !== undefined)) return null
  return (
    <Section title="Where it came from">
      <Card pad>
        <Facts items={facts} />
      </Card>
    </Section>
  )
}
