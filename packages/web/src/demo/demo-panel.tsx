import { useQuery } from '@tanstack/react-query'
import { Section } from '../kernel/section.tsx'
import { formatMinute } from '../kernel/time.ts'
import { BreakIt } from './break-it.tsx'
import { Chapters } from './chapters.tsx'
import classes from './demo.module.css'
import { demoQuery } from './queries.ts'

/** A demonstration while it runs: how far the story is, and what a visitor may break. Nothing where none runs. */
export function DemoPanel() {
  const { data: demo } = useQuery(demoQuery)
  if (!demo) return null
  return (
    <Section
      title={demo.title}
      note={
        demo.eventTime
          ? `a demo is running · the replay has reached ${formatMinute(demo.eventTime)} UTC`
          : 'a demo is running'
      }
    >
      <div className={classes.panel}>
        <Chapters chapters={demo.chapters} />
        {demo.actions.length > 0 && <BreakIt actions={demo.actions} />}
      </div>
    </Section>
  )
}
