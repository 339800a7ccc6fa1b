import type { ScoringJob } from '@regia/core'
import { Link } from '@tanstack/react-router'
import { Ago } from '../kernel/ago.tsx'
import { healthOfStatus } from '../kernel/health.ts'
import { Lamp } from '../kernel/lamp.tsx'
import { Progress } from '../kernel/progress.tsx'
import type { Column } from '../table/data-table.tsx'
import { JobActions } from './job-actions.tsx'
import { inputText, progressText } from './job-text.ts'
import classes from './scoring-jobs.module.css'

export const JOB_ROW_HEIGHT = 44

type Open = (id: string | undefined) => void

/** @param open - The job that is looked at. */
export const jobColumns = (open: string | undefined, onOpen: Open): readonly Column<ScoringJob>[] => [
  {
    id: 'input',
    title: 'Input',
    cell: (row) => (
      <span className={classes.input}>
        <Lamp health={healthOfStatus(row.status)} label={row.status} />
        <button
          type="button"
          className={classes.name}
          aria-expanded={open === row.id}
          onClick={() => onOpen(open === row.id ? undefined : row.id)}
        >
          {inputText(row)}
        </button>
      </span>
    ),
  },
  {
    id: 'model',
    title: 'Model',
    cell: ({ model }) => (
      <Link
        className={classes.model}
        to="/models/$name/$version"
        params={{ name: model.name, version: String(model.version) }}
        title={`${model.name} v${model.version}`}
      >
        {model.name} v{model.version}
      </Link>
    ),
  },
  { id: 'status', title: 'Status', cell: (row) => row.status },
  {
    id: 'progress',
    title: 'Done',
    cell: (row) => (
      <>
        {progressText(row)}
        {row.status === 'running' && <Progress value={row.progress.fraction} label={`Progress of ${row.id}`} />}
      </>
    ),
  },
  { id: 'at', title: 'Asked for', isNumber: true, cell: (row) => <Ago at={row.createdAt} /> },
  {
    id: 'acts',
    title: '',
    isNumber: true,
    cell: (row) => <JobActions job={row} onDelete={() => open === row.id && onOpen(undefined)} />,
  },
]
