import type { Alert } from '@regia/core'
import { Link } from '@tanstack/react-router'
import { Fragment } from 'react'

// The column's name stands before it already.
function causeText({ column, text }: Alert['causes'][number]): string {
  const [name = '', ...rest] = text.split(': ')
  return (name.includes(column) && rest.length > 0 ? rest.join(': ') : text).replace(/\.$/, '')
}

/** The columns that moved most, each leading to its distribution. */
export function CauseLine({ alert, most = 3 }: { readonly alert: Alert; readonly most?: number }) {
  if (alert.causes.length === 0) return <>no input moved: look at the labels and at what the model does not see</>
  return (
    <>
      mostly{' '}
      {alert.causes.slice(0, most).map((cause, i) => (
        <Fragment key={cause.column}>
          {i > 0 && ', '}
          <Link
            to="/monitors/$name"
            params={{ name: alert.monitor }}
            search={{ window: alert.window.from, column: cause.column }}
            title={cause.text}
          >
            {cause.column}
          </Link>
        </Fragment>
      ))}
      {alert.causes.length > most && ` and ${alert.causes.length - most} more`}
      {alert.causes[0]?.text && `: ${causeText(alert.causes[0])}`}
    </>
  )
}
