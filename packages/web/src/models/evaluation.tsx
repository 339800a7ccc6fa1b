import type { Report } from '@regia/core'
import { getRouteApi } from '@tanstack/react-router'
import { useMemo } from 'react'
import { ChartFrame } from '../charts/chart-frame.tsx'
import { CurveChart } from '../charts/curve-chart.tsx'
import { Choice } from '../kernel/choice.tsx'
import { formatCount } from '../kernel/format.ts'
import { Card, Section } from '../kernel/section.tsx'
import { CheckList } from './check-lamps.tsx'
import { Confusion } from './confusion.tsx'
import classes from './models.module.css'
import { CURVES } from './search.ts'
import { Slices } from './slices.tsx'

const route = getRouteApi('/models/$name/$version')

type CurveName = (typeof CURVES)[number]

const CURVE_TEXTS = {
  roc: { title: 'ROC', x: 'false positive rate', y: 'true positive rate', note: 'grey: guessing' },
  precisionRecall: {
    title: 'Precision and recall',
    x: 'recall',
    y: 'precision',
    note: 'grey: always the positive class',
  },
  calibration: { title: 'Calibration', x: 'predicted', y: 'observed', note: 'grey: perfectly calibrated' },
} as const

/** Curves, checks, confusion and slices of an evaluation. */
export function Evaluation({ report }: { readonly report: Report }) {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const available = CURVES.filter((name) => (report.curves[name]?.length ?? 0) > 0)
  const shown = available.find((name) => name === search.curve) ?? available[0]
  const pick = (curve: CurveName) => void navigate({ search: { curve }, replace: true })
  return (
    <div className={classes.two}>
      <div className={classes.side}>
        {shown && (
          <Section
            title="Curves"
            actions={
              <Choice
                label="Curve"
                value={shown}
                options={available.map((name) => [name, CURVE_TEXTS[name].title] as const)}
                onChange={pick}
              />
            }
          >
            <CurvePanel report={report} name={shown} />
          </Section>
        )}
        <Section title="Checks" note={`${report.checks.length} on ${formatCount(report.rowCount)} rows`}>
          <Card>
            <CheckList checks={report.checks} />
          </Card>
        </Section>
      </div>
      <div className={classes.side}>
        {report.confusion && <Confusion confusion={report.confusion} />}
        {report.slices.length > 0 && <Slices slices={report.slices} />}
      </div>
    </div>
  )
}

function CurvePanel({ report, name }: { readonly report: Report; readonly name: CurveName }) {
  const texts = CURVE_TEXTS[name]
  const points = report.curves[name] ?? []
  const curve = useMemo(() => ({ name, points }), [name, points])
  const level = name === 'precisionRecall' ? positiveRate(report) : undefined
  const chance = useMemo(
    () =>
      level === undefined
        ? ([
            [0, 0],
            [1, 1],
          ] as const)
        : ([
            [0, level],
            [1, level],
          ] as const),
    [level],
  )
  return (
    <ChartFrame
      name={texts.title}
      title={texts.title}
      note={texts.note}
      data={() => ({ columns: [texts.x, texts.y], rows: points.map(([x, y]) => [x, y]) })}
    >
      <CurveChart
        label={`${texts.title}: ${texts.y} over ${texts.x}`}
        curve={curve}
        xName={texts.x}
        yName={texts.y}
        chance={chance}
        chanceName={texts.note}
        hasDots={name === 'calibration'}
      />
    </ChartFrame>
  )
}

// The share of the last class, which is the positive one; a curve without a confusion ends there, at recall 1.
function positiveRate({ confusion, curves }: Report): number {
  if (!confusion) return curves.precisionRecall?.at(-1)?.[1] ?? 0
  const totals = confusion.counts.map((row) => row.reduce((sum, count) => sum + count, 0))
  return (
    (totals.at(-1) ?? 0) /
    Math.max(
      1,
      totals.reduce((sum, count) => sum + count, 0),
    )
  )
}
