import { Button } from '@mantine/core'
import { comparedFigures, type Decision } from '@regia/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { Ago } from '../kernel/ago.tsx'
import { api } from '../kernel/api.ts'
import { Choice } from '../kernel/choice.tsx'
import { Empty } from '../kernel/empty.tsx'
import { formatCount, formatDifference, formatInterval } from '../kernel/format.ts'
import { Lamp } from '../kernel/lamp.tsx'
import { Skeleton } from '../kernel/loaded.tsx'
import { Problem } from '../kernel/problem.tsx'
import { ScrollBox } from '../kernel/scroll-box.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { formatMinute } from '../kernel/time.ts'
import { usePages } from '../table/use-pages.ts'
import { DECISION_LAMPS, DECISION_WORDS, FILTER_CHOICES, FILTER_QUERIES } from './decision-words.ts'
import classes from './endpoints.module.css'

const DecisionDrawer = lazy(() => import('./decision-drawer.tsx'))

/** Every change of what answers: who, when, why, and the figures on which it was decided. */
export function DecisionLog({ endpoint }: { readonly endpoint: string }) {
  const { decisions: filter = 'all', decision: open } = useSearch({ from: '/endpoints/$name' })
  const navigate = useNavigate({ from: '/endpoints/$name' })
  const pages = usePages(['endpoints', endpoint, 'decisions', 'pages', filter], (query) =>
    api.endpoints.decisions(endpoint, { ...query, ...FILTER_QUERIES[filter] }),
  )
  const setOpen = (id: string | undefined) =>
    void navigate({ search: (before) => ({ ...before, decision: id }), replace: true, resetScroll: false })
  const found = pages.rows.find(({ id }) => id === open)
  return (
    <Section
      title="Decisions"
      note={pages.total > 0 && `newest first, ${formatCount(pages.total)}`}
      actions={
        <Choice
          label="Decisions shown"
          value={filter}
          options={FILTER_CHOICES}
          onChange={(next) =>
            void navigate({
              search: (before) => ({ ...before, decisions: next === 'all' ? undefined : next }),
              replace: true,
              resetScroll: false,
            })
          }
        />
      }
    >
      {pages.error && <Problem error={pages.error} onRetry={() => void pages.refetch()} />}
      {pages.isLoading ? (
        <Skeleton height={300} />
      ) : (
        <Card>
          {pages.rows.length === 0 ? (
            <Empty>
              {filter === 'all'
                ? 'Deploys, promotions and roll backs will stand here with their reasons.'
                : 'None of this kind.'}
            </Empty>
          ) : (
            <ScrollBox label="Decisions" className={classes.decisions}>
              <ol>
                {pages.rows.map((decision) => (
                  <DecisionItem key={decision.id} decision={decision} onOpen={() => setOpen(decision.id)} />
                ))}
              </ol>
            </ScrollBox>
          )}
          {pages.rows.length < pages.total && (
            <div className={classes.moreDecisions}>
              <Button variant="subtle" onClick={pages.onMore}>
                Older ones ({formatCount(pages.total - pages.rows.length)})
              </Button>
            </div>
          )}
        </Card>
      )}
      <Suspense>{found && <DecisionDrawer decision={found} onClose={() => setOpen(undefined)} />}</Suspense>
    </Section>
  )
}

function DecisionItem({ decision, onOpen }: { readonly decision: Decision; readonly onOpen: () => void }) {
  const { kind, fromVersion, toVersion, by, reason, comparison, release, eventTime, at } = decision
  const hasFigures = comparison !== undefined || release !== undefined
  return (
    <li>
      <Lamp health={DECISION_LAMPS[kind]} label={DECISION_WORDS[kind]} />
      <div>
        {hasFigures ? (
          <button type="button" className={classes.open} onClick={onOpen} title="Show the figures it was taken on">
            {DECISION_WORDS[kind]}
          </button>
        ) : (
          <b>{DECISION_WORDS[kind]}</b>
        )}{' '}
        {toVersion !== undefined && `v${toVersion}`}
        {fromVersion !== undefined && ` (from v${fromVersion})`}
        <p>{reason}</p>
        {comparison?.difference !== undefined && (
          <p>
            {comparedFigures(comparison).label} {formatDifference(comparison.difference)}{' '}
            {comparison.interval && `(${formatInterval(comparison.interval)})`}
          </p>
        )}
      </div>
      <small>
        <Ago at={at} />
        <br />
        by {by}
        {eventTime && (
          <>
            <br />
            at {formatMinute(eventTime)}
          </>
        )}
      </small>
    </li>
  )
}
