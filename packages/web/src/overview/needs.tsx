import { comparedFigures, type Need, type RunSummary } from '@regia/core'
import { AlertNeed } from '../alerts/alert-need.tsx'
import { ApprovalNeed } from '../approvals/approval-need.tsx'
import { LoadNeed } from '../endpoints/load-need.tsx'
import { PromoteButton } from '../endpoints/promote-button.tsx'
import { ReleaseNeed } from '../endpoints/release-need.tsx'
import { Ago } from '../kernel/ago.tsx'
import { formatCount, formatDifference, formatInterval, formatScore } from '../kernel/format.ts'
import { Lamp } from '../kernel/lamp.tsx'
import { LinkButton } from '../kernel/link-button.tsx'
import { Card } from '../kernel/section.tsx'
import { AliasNeed } from '../models/alias-need.tsx'
import classes from './overview.module.css'

/** What a person should look at, most urgent first, each with what can be done about it. */
export function Needs({ needs }: { readonly needs: readonly Need[] }) {
  if (needs.length === 0) {
    return (
      <Card>
        <div className={classes.nothing}>
          <Lamp health="well" /> No alert is open, no run failed, every version is loaded, nothing waits for an
          approval.
        </div>
      </Card>
    )
  }
  return (
    <Card>
      <ul>
        {needs.map((need) => (
          <li key={keyOf(need)} className={classes.need}>
            {need.kind === 'alert' && <AlertNeed alert={need.alert} />}
            {need.kind === 'failed-load' && <LoadNeed need={need} />}
            {need.kind === 'approval' && <ApprovalNeed need={need} />}
            {need.kind === 'failed-run' && <FailedRun run={need.run} />}
            {need.kind === 'alias-request' && <AliasNeed need={need} />}
            {need.kind === 'promotion' && <Promotion need={need} />}
            {need.kind === 'release' && <ReleaseNeed need={need} />}
          </li>
        ))}
      </ul>
    </Card>
  )
}

function keyOf(need: Need): string {
  if (need.kind === 'alert') return need.alert.id
  if (need.kind === 'approval') return `${need.run.id}-${need.step}`
  if (need.kind === 'failed-load') return `load-${need.endpoint}-${need.deployment.version}-${need.deployment.role}`
  if (need.kind === 'alias-request') return `request-${need.request.id}`
  return need.kind === 'failed-run' ? need.run.id : `${need.endpoint}-${need.kind}`
}

function FailedRun({ run }: { readonly run: RunSummary }) {
  return (
    <>
      <Lamp health="broken" label="failed" />
      <div>
        <b>
          {run.pipeline} #{run.number} failed
          {typeof run.error?.data?.step === 'string' ? ` at ${run.error.data.step}` : ''}
        </b>
        <p>
          {run.error?.message ?? 'The run failed.'} · <Ago at={run.finishedAt ?? run.createdAt} />
        </p>
      </div>
      <div className={classes.acts}>
        <LinkButton to="/runs/$id" params={{ id: run.id }}>
          Why
        </LinkButton>
      </div>
    </>
  )
}

function Promotion({ need }: { readonly need: Extract<Need, { kind: 'promotion' }> }) {
  const { comparison, endpoint } = need
  const { label, champion, challenger } = comparedFigures(comparison)
  return (
    <>
      <Lamp health="unknown" label="waits for approval" />
      <div>
        <b>
          Approve v{comparison.challengerVersion} for {endpoint}
        </b>
        <p>
          {label} {formatScore(challenger)} against {formatScore(champion)}: {formatDifference(comparison.difference)}
          {comparison.interval && ` (${formatInterval(comparison.interval)})`} on{' '}
          {formatCount(comparison.labelledPairCount)} labelled pairs · {comparison.reason}
        </p>
      </div>
      <div className={classes.acts}>
        <LinkButton to="/endpoints/$name" params={{ name: endpoint }}>
          Review
        </LinkButton>
        <PromoteButton endpoint={endpoint} comparison={comparison} isPrimary />
      </div>
    </>
  )
}
