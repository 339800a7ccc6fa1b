import { TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { Empty } from '../kernel/empty.tsx'
import { ScrollBox } from '../kernel/scroll-box.tsx'
import classes from './experiments.module.css'

const FEW = 12
const MOST = 500

type ValueListProps = {
  readonly label: string
  /** Name, what is shown, and the text in which is looked for. */
  readonly entries: readonly (readonly [string, ReactNode, string])[]
  readonly empty: ReactNode
}

/** Names and values, searched where there are many. */
export function ValueList({ label, entries, empty }: ValueListProps) {
  const [text, setText] = useState('')
  if (entries.length === 0) return <Empty>{empty}</Empty>
  const wanted = text.trim().toLowerCase()
  const found = entries.filter(([name, , value]) => `${name} ${value}`.toLowerCase().includes(wanted))
  return (
    <>
      {entries.length > FEW && (
        <div className={classes.valueSearch}>
          <TextInput
            type="search"
            aria-label={`Find in ${label.toLowerCase()}`}
            placeholder={`Find in ${label.toLowerCase()}`}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        </div>
      )}
      <ScrollBox label={label} className={classes.values}>
        <table aria-label={label}>
          <tbody>
            {found.slice(0, MOST).map(([name, shown]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{shown}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {found.length === 0 && <Empty>None has “{text}” in it.</Empty>}
        {found.length > MOST && (
          <Empty>
            The first {MOST} of {found.length}.
          </Empty>
        )}
      </ScrollBox>
    </>
  )
}
