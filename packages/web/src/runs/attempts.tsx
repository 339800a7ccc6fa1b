import type { Attempt } from '@regia/core'
import { Ago } from '../kernel/ago.tsx'
import { Elapsed } from '../kernel/elapsed.tsx'
import { healthOfStatus } from '../kernel/health.ts'
import { Lamp } from '../kernel/lamp.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { PlainTable } from '../table/plain-table.tsx'

/** Each attempt: how it went, how long it waited, was made ready and ran, where, and whose fault it was. */
export function Attempts({ attempts }: { readonly attempts: readonly Attempt[] }) {
  if (attempts.length === 0) return null
  return (
    <Section title="Attempts">
      <Card>
        <PlainTable
          label="Attempts"
          rows={attempts}
          keyOf={(attempt) => String(attempt.number)}
          columns={[
            {
              id: 'number',
              title: 'Attempt',
              cell: (attempt) => (
                <>
                  <Lamp health={healthOfStatus(attempt.status)} label={attempt.status} /> {attempt.number}{' '}
                  {attempt.status}
                </>
              ),
            },
            {
              id: 'waited',
              title: 'Waited',
              isNumber: true,
              cell: (attempt) => (
                <Elapsed from={attempt.queuedAt} until={attempt.leasedAt ?? attempt.startedAt ?? attempt.finishedAt} />
              ),
            },
            {
              id: 'ready',
              title: 'Made ready',
              isNumber: true,
              cell: (attempt) => <Elapsed from={attempt.leasedAt} until={attempt.startedAt ?? attempt.finishedAt} />,
            },
            {
              id: 'ran',
              title: 'Ran',
              isNumber: true,
              cell: (attempt) => <Elapsed from={attempt.startedAt} until={attempt.finishedAt} />,
            },
            {
              id: 'cause',
              title: 'Fault',
              cell: (attempt) => (
                <span title={attempt.error?.message}>
                  {attempt.cause === undefined ? '–' : attempt.cause === 'user' ? 'of the code' : 'of the machinery'}
                </span>
              ),
            },
            { id: 'worker', title: 'Worker', cell: (attempt) => attempt.worker ?? '–' },
            { id: 'at', title: 'Started', isNumber: true, cell: (attempt) => <Ago at={attempt.startedAt} /> },
          ]}
        />
      </Card>
    </Section>
  )
}
