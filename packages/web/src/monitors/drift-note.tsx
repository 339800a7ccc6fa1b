import type { ColumnDrift } from '@regia/core'
import { formatNumber, formatPercent } from '../kernel/format.ts'
import { Lamp } from '../kernel/lamp.tsx'

/** How far a column moved, and whether that counts. */
export function DriftNote({ drift }: { readonly drift: ColumnDrift | undefined }) {
  if (!drift) return <>not tested</>
  return (
    <span
      title={`${drift.test}: statistic ${formatNumber(drift.statistic)}, adjusted p ${formatNumber(drift.adjustedPValue)}, n ${drift.n}; counts from ${formatPercent(drift.minimumEffect)} on`}
    >
      {formatPercent(drift.effect)} moved
      {drift.psi !== undefined && ` · PSI ${drift.psi.toFixed(2)}`}
      {drift.nullFraction > 0 && ` · ${formatPercent(drift.nullFraction)} null`}
      {drift.unseenFraction > 0 && ` · ${formatPercent(drift.unseenFraction)} unseen`}
      {drift.isDrifted && (
        <>
          {' · '}
          <Lamp health="attention" label="drifted" /> drifted
        </>
      )}
    </span>
  )
}
