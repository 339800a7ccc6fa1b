import type { EndpointPlan } from '@regia/core'
import { ErrorNote } from '../kernel/error-note.tsx'
import classes from './releases.module.css'
import { valueYaml } from './spec-yaml.ts'

/** What applying would change, field by field, or why it would be refused. */
export function PlanFields({ plans }: { readonly plans: readonly EndpointPlan[] }) {
  const [refusal] = plans.flatMap((plan) => plan.refusal ?? [])
  if (refusal) return <ErrorNote error={refusal} />
  const fields = plans.flatMap((plan) => plan.fields)
  if (fields.length === 0) return <p>Nothing would change: this is what the endpoint says already.</p>
  return (
    <ul className={classes.plan} aria-label="What changes">
      {fields.map(({ field, before, after }) => (
        <li key={field}>
          <span>{field}</span>
          <span>
            {before !== undefined && <del>{valueYaml(before)}</del>}
            {after !== undefined && <ins>{valueYaml(after)}</ins>}
          </span>
        </li>
      ))}
    </ul>
  )
}
