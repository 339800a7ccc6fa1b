import type { Backfill, BackfillItem } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { formatCell } from '../kernel/format.ts'
import { healthOfStatus } from '../kernel/health.ts'
import { Lamp } from '../kernel/lamp.tsx'
import { Loaded } from '../kernel/loaded.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { backfillItemsQuery } from './queries.ts'
import classes from './schedules.module.css'

/** One field for each window or value, by how its run is. */
export function BackfillGrid({ backfill }: { readonly backfill: Backfill }) {
  const query = useQuery(backfillItemsQuery(backfill.id))
  return (
    <Section title="Windows" note={`${backfill.spec.pipeline}, ${backfill.spec.concurrency} at once`}>
      <Loaded query={query} height={160}>
        {({ items, total }) => (
          <Card>
            <ul className={classes.grid} aria-label="Windows">
              {items.map((item) => (
                <li key={item.index}>
                  <Window item={item} spec={backfill.spec} />
                </li>
              ))}
              {items.length < total && <li>and {total - items.length} more</li>}
            </ul>
          </Card>
        )}
      </Loaded>
    </Section>
  )
}

function Window({ item, spec }: { readonly item: BackfillItem; readonly spec: Backfill['spec'] }) {
  const param = spec.over.kind === 'time' ? spec.over.fromParam : spec.over.param
  const content = (
    <>
      <span>{formatCell(item.params[param] ?? item.index)}</span>
      <small>
        <Lamp health={healthOfStatus(item.status)} label={item.status} />
        {item.status}
      </small>
    </>
  )
  if (!item.run) {
    return (
      <div className={classes.window} data-status={item.status}>
        {content}
      </div>
    )
  }
  return (
    <Link
      to="/runs/$id"
      params={{ id: item.run.id }}
      className={classes.window}
      data-status={item.status}
      title={item.run.error?.message}
    >
      {content}
    </Link>
  )
}
