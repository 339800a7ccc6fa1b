import type { Report } from '@regia/core'
import { formatCount, formatPercent } from '../kernel/format.ts'
import { ScrollBox } from '../kernel/scroll-box.tsx'
import { Card, Section } from '../kernel/section.tsx'
import classes from './models.module.css'

/** What was predicted for what really was; each cell as a share of its row. */
export function Confusion({ confusion: { labels, counts } }: { readonly confusion: NonNullable<Report['confusion']> }) {
  return (
    <Section title="Confusion" note="rows: what it was; columns: what was predicted">
      <Card pad>
        <ScrollBox label="Confusion" className={classes.confusion}>
          <table>
            <thead>
              <tr>
                <th scope="col">was</th>
                {labels.map((label) => (
                  <th key={label} scope="col">
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {counts.map((row, i) => {
                const total = Math.max(
                  1,
                  row.reduce((sum, count) => sum + count, 0),
                )
                return (
                  <tr key={labels[i] ?? i}>
                    <th scope="row">{labels[i]}</th>
                    {row.map((count, j) => (
                      <td key={labels[j] ?? j} style={{ '--share': `${Math.round((count / total) * 30)}%` }}>
                        <b>{formatPercent(count / total)}</b>
                        <small>{formatCount(count)}</small>
                      </td>
                    ))}
                  </tr>
                )
              })}
            </tbody>
          </table>
        </ScrollBox>
      </Card>
    </Section>
  )
}
