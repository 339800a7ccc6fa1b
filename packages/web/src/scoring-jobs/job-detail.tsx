import type { ScoringJob } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Ago } from '../kernel/ago.tsx'
import { Facts } from '../kernel/facts.tsx'
import { formatBytes, formatNumber } from '../kernel/format.ts'
import { Loaded } from '../kernel/loaded.tsx'
import { Progress } from '../kernel/progress.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { inputText, progressText } from './job-text.ts'
import { scoringJobQuery } from './queries.ts'

/** One job: what scores what, how far it is, what came of it. */
export function JobDetail({ id }: { readonly id: string }) {
  const query = useQuery(scoringJobQuery(id))
  return (
    <Loaded query={query} height={240}>
      {(job) => (
        <Section title={job.id}>
          <Card pad>
            <Facts items={[...factsOf(job), ...resultFacts(job)]} />
            {job.status === 'running' && <Progress value={job.progress.fraction} label={`How far ${job.id} is`} />}
          </Card>
        </Section>
      )}
    </Loaded>
  )
}

const factsOf = (job: ScoringJob) =>
  [
    ['Status', job.status],
    [
      'Model',
      <Link
        key="model"
        to="/models/$name/$version"
        params={{ name: job.model.name, version: String(job.model.version) }}
      >
        {job.model.name} version {job.model.version}
      </Link>,
    ],
    ['Input', inputText(job)],
    ['Rows', progressText(job)],
    ['Keeps', keptText(job)],
    ['Asked for', <Ago key="asked" at={job.createdAt} />],
    ['By', job.by],
    ['Finished', <Ago key="finished" at={job.finishedAt} />],
    ...(job.error ? ([['Error', `${job.error.message} ${job.error.hint ?? ''}`]] as const) : []),
  ] as const

const keptText = ({ spec: { key, columns } }: ScoringJob): string =>
  key === undefined && columns === undefined
    ? 'every column and the scores'
    : `${[...(key === undefined ? [] : [key]), ...(columns ?? [])].join(', ')} and the scores`

function resultFacts({ id, spec, result }: ScoringJob) {
  if (!result) return []
  const { dataset, quarantine } = result
  return [
    ['Result', `${formatNumber(result.rowCount)} rows, ${formatBytes(result.sizeBytes)} of ${spec.output.format}`],
    ...(dataset
      ? ([
          [
            'Kept as',
            <Link key="dataset" to="/data/$name" params={{ name: dataset.name }}>
              {dataset.name} version {dataset.version}
            </Link>,
          ],
        ] as const)
      : []),
    ...(quarantine
      ? ([
          [
            'Put aside',
            <a key="aside" href={`/api/v1/scoring-jobs/${id}/result?quarantine=true`} download>
              {formatNumber(quarantine.rowCount)} rows: {quarantine.reasons.map(({ reason }) => reason).join('; ')}
            </a>,
          ],
        ] as const)
      : []),
  ] as const
}
