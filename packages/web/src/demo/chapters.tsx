import type { Demo } from '@regia/core'
import { formatPercent } from '../kernel/format.ts'
import { healthOfStatus } from '../kernel/health.ts'
import { Lamp } from '../kernel/lamp.tsx'
import { Progress } from '../kernel/progress.tsx'
import classes from './demo.module.css'

/** The chapters of the story, each with its progress. */
export function Chapters({ chapters }: { readonly chapters: Demo['chapters'] }) {
  return (
    <ol className={classes.chapters} aria-label="Chapters">
      {chapters.map((chapter, i) => (
        <li key={chapter.name} data-status={chapter.status}>
          <div className={classes.chapterHead}>
            <Lamp health={healthOfStatus(chapter.status)} label={chapter.status} />
            <b>
              {i + 1}. {chapter.title}
            </b>
            <span>{chapter.status === 'running' && formatPercent(chapter.progress)}</span>
          </div>
          <p title={chapter.detail}>{chapter.detail}</p>
          {chapter.status === 'running' && <Progress value={chapter.progress} label={chapter.title} />}
        </li>
      ))}
    </ol>
  )
}
