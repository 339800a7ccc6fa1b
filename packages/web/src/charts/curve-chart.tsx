import type { EChartsCoreOption } from 'echarts/core'
import { useCallback } from 'react'
import { formatScore } from '../kernel/format.ts'
import { Chart } from './chart.tsx'
import type { Palette } from './palette.ts'

type Curve = { readonly name: string; readonly points: readonly (readonly [number, number])[] }

type CurveChartProps = {
  readonly label: string
  readonly curve: Curve
  readonly xName: string
  readonly yName: string
  /** What a model that knows nothing would draw: the diagonal, or a level. */
  readonly chance: readonly [readonly [number, number], readonly [number, number]]
  readonly chanceName: string
  readonly hasDots?: boolean
}

/** One curve in the unit square, with the line of chance in grey. */
export function CurveChart(props: CurveChartProps) {
  const { curve, xName, yName, chance, chanceName, hasDots = false } = props
  const option = useCallback(
    (palette: Palette) => curveOption(palette, { curve, xName, yName, chance, chanceName, hasDots }),
    [curve, xName, yName, chance, chanceName, hasDots],
  )
  return <Chart label={props.label} height={280} option={option} />
}

function curveOption(palette: Palette, props: Omit<CurveChartProps, 'label'>): EChartsCoreOption {
  const axis = (name: string) => ({
    type: 'value',
    min: 0,
    max: 1,
    name,
    nameLocation: 'middle',
    nameGap: 28,
    nameTextStyle: { color: palette.ink3, fontSize: 11 },
    axisLine: { lineStyle: { color: palette.lineStrong } },
    splitLine: { lineStyle: { color: palette.line } },
    axisLabel: { color: palette.ink3, fontSize: 11 },
  })
  return {
    animation: false,
    textStyle: { fontFamily: palette.font, fontSize: 11 },
    grid: { left: 48, right: 20, top: 12, bottom: 44 },
    xAxis: axis(props.xName),
    yAxis: axis(props.yName),
    tooltip: {
      trigger: 'axis',
      confine: true,
      backgroundColor: palette.panel,
      borderColor: palette.lineStrong,
      textStyle: { color: palette.ink, fontSize: 11.5 },
      axisPointer: { type: 'line', lineStyle: { color: palette.ink3 } },
      valueFormatter: (value: unknown) => formatScore(Number(value)),
    },
    series: [
      {
        name: props.chanceName,
        type: 'line',
        data: props.chance,
        symbol: 'none',
        silent: true,
        tooltip: { show: false },
        lineStyle: { color: palette.reference, width: 1.2, type: [4, 3] },
      },
      {
        name: props.yName,
        type: 'line',
        data: props.curve.points,
        showSymbol: props.hasDots === true,
        symbol: 'circle',
        symbolSize: 6,
        lineStyle: { color: palette.champion, width: 1.8 },
        itemStyle: { color: palette.champion },
      },
    ],
  }
}
