import { useMemo, useState } from 'react'
import { Choice } from '../kernel/choice.tsx'
import classes from './experiments.module.css'
import type { FileRef } from './file-source.ts'
import { type JsonEntry, jsonEntries, summaryOf } from './json-entries.ts'
import { RowsView } from './rows-view.tsx'
import { isTableJson } from './table-json.ts'

const MOST = 200
const OPEN_DEPTH = 2

type JsonTreeProps = FileRef & { readonly text: string }

/** JSON as a tree whose branches open; what is a table can be seen as one. What cannot be read stays text. */
export default function JsonTree({ text, source, path }: JsonTreeProps) {
  const parsed = useMemo(() => parse(text), [text])
  const isTable = parsed !== undefined && isTableJson(parsed.value)
  const [side, setSide] = useState<'table' | 'tree'>(isTable ? 'table' : 'tree')
  if (!parsed) return <pre className={classes.code}>{text.slice(0, 300_000)}</pre>
  return (
    <div className={classes.stack}>
      {isTable && (
        <Choice
          label="Shown as"
          value={side}
          options={[
            ['table', 'Table'],
            ['tree', 'Tree'],
          ]}
          onChange={setSide}
        />
      )}
      {side === 'table' ? (
        <RowsView source={source} path={path} />
      ) : (
        <div className={classes.json}>
          <Branch entry={{ key: '', value: parsed.value }} depth={0} />
        </div>
      )}
    </div>
  )
}

function Branch({ entry, depth }: { readonly entry: JsonEntry; readonly depth: number }) {
  const children = jsonEntries(entry.value)
  const [isOpen, setOpen] = useState(depth < OPEN_DEPTH)
  const [most, setMost] = useState(MOST)
  if (!children) {
    return (
      <div className={classes.leaf}>
        {entry.key !== '' && <span>{entry.key}: </span>}
        <code data-type={entry.value === null ? 'null' : typeof entry.value}>{JSON.stringify(entry.value)}</code>
      </div>
    )
  }
  return (
    <div>
      <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <i aria-hidden="true">{isOpen ? '▾' : '▸'}</i>
        {entry.key !== '' && <span>{entry.key}: </span>}
        <small>{summaryOf(entry.value)}</small>
      </button>
      {isOpen && (
        <div className={classes.branch}>
          {children.slice(0, most).map((child) => (
            <Branch key={child.key} entry={child} depth={depth + 1} />
          ))}
          {children.length > most && (
            <button type="button" onClick={() => setMost(most + 1_000)}>
              {children.length - most} more
            </button>
          )}
        </div>
      )}
    </div>
  )
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}
