import type { Run } from '@regia/core'
import { Ago } from '../kernel/ago.tsx'
import { Command } from '../kernel/command.tsx'
import { Lamp } from '../kernel/lamp.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { openApprovals } from '../runs/run-state.ts'
import classes from './approvals.module.css'
import { DecideButtons } from './decide-buttons.tsx'

/** What a run asks a person, and the buttons to answer. */
export function ApprovalCard({ run }: { readonly run: Run }) {
  const open = openApprovals(run)
  if (open.length === 0) return null
  return (
    <Section title="Waits for a person" note="it costs nothing while it waits">
      <Card>
        <ul>
          {open.map(({ step, approval, since }) => (
            <li key={step} className={classes.asked}>
              <Lamp health="attention" label="waits for a person" />
              <div>
                <b>{approval.question}</b>
                <p>
                  {step}
                  {since && (
                    <>
                      {' · asked '}
                      <Ago at={since} />
                    </>
                  )}
                  {approval.approvers.length > 0 && ` · may be decided by ${approval.approvers.join(', ')}`}
                </p>
                <Command text={`regia approve ${run.pipeline}#${run.number} ${step}`} />
              </div>
              <div className={classes.acts}>
                <DecideButtons run={run} step={step} question={approval.question} />
              </div>
            </li>
          ))}
        </ul>
      </Card>
    </Section>
  )
}
