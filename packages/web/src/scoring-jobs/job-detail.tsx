import type { ScoringJob } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Ago } from '../kernel/ago.tsx'
import { ErrorNote } from '../kernel/error-note.tsx'
import { Facts } from '../kernel/facts.tsx'
import { formatBytes, formatCount } from '../kernel/format.ts'
import { Loaded } from '../kernel/loaded.tsx'
import { Progress } from '../kernel/progress.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { inputText, progressText } from './job-text.ts'
import { scoringJobQuery } from './queries.ts'
import classes from './scoring-jobs.module.css'

/** One job: what scores what, how far it is, what came of it. */
export function JobDetail({ id }: { readonly id: string }) {
  const query = useQuery(scoringJobQuery(id))
  return (
    <Loaded query={query} height={240}>
      {(job) => (
        <Section title={job.id}>
          <div className={classes.detail}>
            {job.error && <ErrorNote error={job.error} />}
            <Card pad>
              <Facts items={[...factsOf(job), ...resultFacts(job)]} />
              {job.status === 'running' && <Progress value={job.progress.fraction} label={`How far ${job.id} is`} />}
            </Card>
          </div>
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
        {job.model.name} v{job.model.version}
      </Link>,
    ],
    ['Input', inputText(job)],
    ['Rows', progressText(job)],
    ['Keeps', keptText(job)],
    ['Asked for', <Ago key="asked" at={job.createdAt} />],
    ['By', job.by],
    ['Finished', <Ago key="finished" at={job.finishedAt} />],
  ] as const

const keptText = ({ spec: { key, columns } }: ScoringJob): string =>
  key === undefined && columns === undefined
    ? 'every column and the scores'
    : `${[...(key === undefined ? [] : [key]), ...(columns ?? [])].join(', ')} and the scores`

function resultFacts({ id, spec, result }: ScoringJob) {
  if (!result) return []
  const { dataset, quarantine } = result
  return [
    ['Result', `${formatCount(result.rowCount)} rows, ${formatBytes(result.sizeBytes)} of ${spec.output.format}`],
    ...(dataset
      ? ([
          [
            'Kept as',
            <span key="dataset">
              <Link to="/data/$name" params={{ name: dataset.name }}>
                {dataset.name} version {dataset.version}
              </Link>
              ; the job stays as long as it
            </span>,
          ],
        ] as const)
      : []),
    ...(quarantine
      ? ([
          [
            'Put aside',
            <a key="aside" href={`/api/v1/scoring-jobs/${id}/result?quarantine=true`} download>
              {formatCount(quarantine.rowCount)} rows: {quarantine.reasons.map(({ reason }) => reason).join('; ')}
            </a>,
          ],
        ] as const)
      : []),
  ] as const
}
