import type { CardText } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Ago } from '../kernel/ago.tsx'
import { Loaded } from '../kernel/loaded.tsx'
import { cardChanges } from './card-history.ts'
import classes from './models.module.css'
import { cardEditsQuery } from './queries.ts'

type CardEditsProps = {
  readonly model: string
  readonly version: number
  /** Words of before are taken to be written on. */
  readonly onTake: (text: CardText) => void
}

/** Who wrote what on the card, and when; earlier words can be taken again. */
export function CardEdits({ model, version, onTake }: CardEditsProps) {
  const [isOpen, setOpen] = useState(false)
  const query = useQuery({ ...cardEditsQuery(model, version), enabled: isOpen })
  return (
    <details className={classes.edits} open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Who wrote what</summary>
      {isOpen && (
        <Loaded query={query} height={60}>
          {([ofVersion, ofModel]) => {
            const changes = cardChanges(ofVersion, ofModel)
            if (changes.length === 0) return <p>Nobody has written on it.</p>
            return (
              <ul>
                {changes.map((each) => (
                  <li key={`${each.at} ${each.version}`}>
                    <Ago at={each.at} />
                    <span>
                      <b>{each.by}</b>{' '}
                      {each.changed.length > 0 ? `changed ${each.changed.join(', ')}` : 'changed nothing'}
                      {each.version === undefined && ', for every version without words of its own'}
                    </span>
                    <button type="button" onClick={() => onTake(each.text)}>
                      take these words
                    </button>
                  </li>
                ))}
              </ul>
            )
          }}
        </Loaded>
      )}
    </details>
  )
}
