import { type ModelVersion, optimisationText } from '@regia/core'
import { Card } from '../kernel/section.tsx'
import classes from './models.module.css'

/** What a version was made from by making it smaller or faster, and what that brought; nothing of others. */
export function OptimisationNote({ version: { lineage } }: { readonly version: ModelVersion }) {
  const { optimisation } = lineage
  if (!optimisation) return null
  const { rows, output, trees, layers } = optimisation
  return (
    <Card pad>
      <div className={classes.optimised}>
        <b>Optimised {optimisationText(optimisation)}</b>
        <p>
          {trees && `${trees.after} of ${trees.before} trees. `}
          {layers && `${layers.changed} dense layers. `}
          Answers differ by {output.meanDifference.toPrecision(2)}, at most {output.maxDifference.toPrecision(2)}, on{' '}
          {rows.judged.toLocaleString('en-US')} rows of {rows.source}.
        </p>
      </div>
    </Card>
  )
}
