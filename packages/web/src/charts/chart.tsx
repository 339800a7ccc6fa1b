import { useComputedColorScheme } from '@mantine/core'
import type { EChartsCoreOption, EChartsType } from 'echarts/core'
import { useEffect, useRef, useState } from 'react'
import classes from './charts.module.css'
import { type Palette, readPalette } from './palette.ts'

type ChartProps = {
  readonly label: string
  readonly height: number
  readonly option: (palette: Palette, width: number) => EChartsCoreOption
  /** Charts of one group share their cursor. */
  readonly group?: string | undefined
  readonly onPick?: ((point: { readonly seriesName: string; readonly x: number }) => void) | undefined
  /** A click on something that is drawn. */
  readonly onPoint?: ((point: { readonly seriesName: string; readonly dataIndex: number }) => void) | undefined
}

/** A canvas that ECharts draws on. It follows the theme and the width, and its place is kept while ECharts loads. */
export function Chart({ label, height, option, group, onPick, onPoint }: ChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const [chart, setChart] = useState<EChartsType>()
  const [width, setWidth] = useState(0)
  const scheme = useComputedColorScheme('light')
  useEffect(() => {
    const element = box.current
    if (!element) return
    return mount(element, group, setChart, setWidth)
  }, [group])
  useEffect(() => {
    if (chart && width > 0 && scheme) chart.setOption(option(readPalette(), width), { notMerge: true })
  }, [chart, option, scheme, width])
  useEffect(() => {
    if (!chart || !onPick) return
    const pick = (event: { seriesName?: string; value?: unknown }) => {
      if (Array.isArray(event.value)) onPick({ seriesName: event.seriesName ?? '', x: Number(event.value[0]) })
    }
    chart.on('click', pick)
    return () => {
      chart.off('click', pick)
    }
  }, [chart, onPick])
  useEffect(() => {
    if (!chart || !onPoint) return
    const point = ({ seriesName = '', dataIndex }: { seriesName?: string; dataIndex?: number }) => {
      if (dataIndex !== undefined) onPoint({ seriesName, dataIndex })
    }
    chart.on('click', point)
    return () => {
      chart.off('click', point)
    }
  }, [chart, onPoint])
  return <div ref={box} className={classes.canvas} style={{ height }} role="img" aria-label={label} />
}

function mount(
  element: HTMLDivElement,
  group: string | undefined,
  setChart: (chart: EChartsType | undefined) => void,
  setWidth: (width: number) => void,
) {
  let chart: EChartsType | undefined
  let isGone = false
  const observer = new ResizeObserver(() => {
    chart?.resize()
    setWidth(element.clientWidth)
  })
  void import('./engine.ts').then(({ echarts }) => {
    if (isGone) return
    chart = echarts.init(element, undefined, { renderer: 'canvas' })
    if (group) {
      chart.group = group
      echarts.connect(group)
    }
    setChart(chart)
    setWidth(element.clientWidth)
    observer.observe(element)
  })
  return () => {
    isGone = true
    observer.disconnect()
    chart?.dispose()
    setChart(undefined)
  }
}
