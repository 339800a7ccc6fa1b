import type { CardText } from '@regia/core'
import { NoteText } from '../experiments/note-editor.tsx'
import { Empty } from '../kernel/empty.tsx'
import { modelRef } from './addresses.ts'
import { FIELD_NAMES, unwritten } from './card-history.ts'
import classes from './models.module.css'

const TEXTS = ['purpose', 'objective', 'owner', 'data', 'checks', 'limits', 'licence', 'dataLicence'] as const

type CardWordsProps = { readonly text: CardText; readonly model: string; readonly version: number }

/** What people wrote of a model, each thing under its name; what is missing is named, too. */
export function CardWords({ text, model, version }: CardWordsProps) {
  const missing = unwritten(text)
  if (missing.length === TEXTS.length + 1) {
    return (
      <Empty command={`regia models write-card ${modelRef(model, version)} --purpose "…" --error-cost "ERROR=COST"`}>
        Nobody has said yet what it is for, who answers for it, what its errors cost and where it must not be used. What
        is known of the version without anybody's words stands in the document.
      </Empty>
    )
  }
  return (
    <div className={classes.words}>
      <dl>
        {TEXTS.map(
          (field) =>
            text[field] && (
              <div key={field}>
                <dt>{FIELD_NAMES[field]}</dt>
                <dd>
                  <NoteText text={text[field]} />
                </dd>
              </div>
            ),
        )}
        {text.errorCosts && text.errorCosts.length > 0 && (
          <div>
            <dt>{FIELD_NAMES.errorCosts}</dt>
            <dd>
              <ErrorCosts costs={text.errorCosts} />
            </dd>
          </div>
        )}
      </dl>
      {missing.length > 0 && <p className={classes.missing}>Not written yet: {missing.join(', ')}.</p>}
    </div>
  )
}

const ErrorCosts = ({ costs }: { readonly costs: NonNullable<CardText['errorCosts']> }) => (
  <ul className={classes.errorCosts}>
    {costs.map(({ error, cost }) => (
      <li key={`${error} ${cost}`}>
        <span>{error}</span>
        <b>{cost}</b>
      </li>
    ))}
  </ul>
)
