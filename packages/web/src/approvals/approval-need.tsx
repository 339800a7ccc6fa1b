import type { Need } from '@regia/core'
import { Ago } from '../kernel/ago.tsx'
import { Lamp } from '../kernel/lamp.tsx'
import { LinkButton } from '../kernel/link-button.tsx'
import classes from '../overview/overview.module.css'
import { DecideButtons } from './decide-buttons.tsx'

/** A run that waits for a person, among what needs one. */
export function ApprovalNeed({ need }: { readonly need: Extract<Need, { kind: 'approval' }> }) {
  const { run, step, approval } = need
  return (
    <>
      <Lamp health="attention" label="waits for a person" />
      <div>
        <b>
          {run.pipeline} #{run.number} asks: {approval.question}
        </b>
        <p>
          {step} · asked <Ago at={need.since} />
        </p>
      </div>
      <div className={classes.acts}>
        <LinkButton to="/runs/$id" params={{ id: run.id }}>
          Look
        </LinkButton>
        <DecideButtons run={run} step={step} question={approval.question} />
      </div>
    </>
  )
}
