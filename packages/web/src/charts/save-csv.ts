import { type ChartData, toCsv } from './chart-data.ts'

/** Hands a table to the browser as a CSV file. */
export function saveCsv(name: string, data: ChartData) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([toCsv(data)], { type: 'text/csv' }))
  link.download = `${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.csv`
  link.click()
  URL.revokeObjectURL(link.href)
}
